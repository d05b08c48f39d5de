package main

import (
	"time"

	"github.com/hashicorp/cronexpr"
)

func parse(asked question, zone *time.Location) (next, error) {
	line, err := cronexpr.Parse(asked.Expr)
	if err != nil {
		return nil, err
	}
	return func(at time.Time) (time.Time, error) { return line.Next(at), nil }, nil
}
