package main

import (
	"time"

	"github.com/go-co-op/gocron/v2"
)

func parse(asked question, zone *time.Location) (next, error) {
	line := gocron.NewDefaultCron(false)
	if err := line.IsValid(asked.Expr, zone, asked.After); err != nil {
		return nil, err
	}
	return func(at time.Time) (time.Time, error) { return line.Next(at), nil }, nil
}
