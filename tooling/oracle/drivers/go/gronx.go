package main

import (
	"time"

	"github.com/adhocore/gronx"
)

func parse(asked question, zone *time.Location) (next, error) {
	return func(at time.Time) (time.Time, error) { return gronx.NextTickAfter(asked.Expr, at, false) }, nil
}
