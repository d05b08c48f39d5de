package main

import (
	"time"

	"github.com/netresearch/go-cron"
)

func parse(asked question, zone *time.Location) (next, error) {
	schedule, err := cron.ParseStandard(asked.Expr)
	if err != nil {
		return nil, err
	}
	return func(at time.Time) (time.Time, error) { return schedule.Next(at), nil }, nil
}
