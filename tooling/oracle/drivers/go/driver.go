// Answers JSON lines {"expr","tz","after","count"} with {"next":[…]} or {"error"}. The file beside it asks one package.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

type question struct {
	Expr  string    `json:"expr"`
	Tz    string    `json:"tz"`
	After time.Time `json:"after"`
	Count int       `json:"count"`
}

// next tells the time after another one; a zero time means none. Each adapter's parse makes one.
type next func(time.Time) (time.Time, error)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		written, _ := json.Marshal(answer(asked))
		fmt.Println(string(written))
	}
}

func answer(asked question) (given map[string]any) {
	defer func() {
		if fault := recover(); fault != nil {
			given = map[string]any{"error": fmt.Sprint(fault)}
		}
	}()
	zone, err := time.LoadLocation(asked.Tz)
	if err != nil {
		panic(err)
	}
	tell, err := parse(asked, zone)
	if err != nil {
		panic(err)
	}
	times := []string{}
	for at := asked.After.In(zone); len(times) < asked.Count; {
		time, err := tell(at)
		if err != nil {
			panic(err)
		}
		if time.IsZero() {
			break
		}
		times = append(times, time.UTC().Format("2006-01-02T15:04:05Z"))
		if !time.After(at) {
			break
		}
		at = time
	}
	return map[string]any{"next": times}
}
