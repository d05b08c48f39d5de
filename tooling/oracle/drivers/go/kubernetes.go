package main

import (
	"errors"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// As the controller does for spec.timeZone; the API server refuses a zone inside the schedule.
func parse(asked question, zone *time.Location) (next, error) {
	if strings.Contains(asked.Expr, "TZ") {
		return nil, errors.New("the API server refuses TZ in a schedule")
	}
	schedule, err := cron.ParseStandard("TZ=" + asked.Tz + " " + asked.Expr)
	if err != nil {
		return nil, err
	}
	return func(at time.Time) (time.Time, error) { return schedule.Next(at), nil }, nil
}
