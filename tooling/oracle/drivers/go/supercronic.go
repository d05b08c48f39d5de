package main

import (
	"strings"
	"time"

	"github.com/aptible/supercronic/crontab"
)

func parse(asked question, zone *time.Location) (next, error) {
	table, err := crontab.ParseCrontab(strings.NewReader(asked.Expr + " JOBX\n"))
	if err != nil {
		return nil, err
	}
	line := table.Jobs[0].Expression
	return func(at time.Time) (time.Time, error) { return line.Next(at), nil }, nil
}
