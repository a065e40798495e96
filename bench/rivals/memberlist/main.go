// Command memberlist runs many nodes of hashicorp/memberlist in one process, on real sockets of the
// loopback addresses, through the scenarios of the mesh bench, and prints a line of JSON for each.
// It expects a network namespace of its own, whose loopback device nobody else uses: bytes are
// counted there, and hosts are cut off by its packet filter.
package main

import (
	"encoding/json"
	"flag"
	"log"
	"os"
	"time"
)

type options struct {
	nodes     int
	limit     time.Duration
	perSecond int
	scenarios map[string]bool
}

func main() {
	log.SetFlags(0)
	options := parseOptions()
	if err := run(options); err != nil {
		log.Fatal(err)
	}
}

func parseOptions() options {
	nodes := flag.Int("nodes", 30, "nodes in this process")
	limit := flag.Duration("limit", 300*time.Second, "how long a start may take")
	perSecond := flag.Int("joins-per-second", 0, "pace of the joins; 0: all at once")
	record := flag.Bool("record", false, "measure updates of metadata")
	vanish := flag.Bool("vanish", false, "measure hosts that vanish")
	idle := flag.Bool("idle", false, "measure an idle cluster")
	flag.Parse()
	return options{
		nodes:     *nodes,
		limit:     *limit,
		perSecond: *perSecond,
		scenarios: map[string]bool{"record": *record, "vanish": *vanish, "idle": *idle},
	}
}

func run(options options) error {
	made, err := createCluster(options.nodes)
	if err != nil {
		return err
	}
	started, err := measureStart(made, options)
	if err != nil {
		return err
	}
	print("start", started)
	if started.LeastKnown < options.nodes {
		return nil
	}
	scenarios := []struct {
		name    string
		measure func(*cluster) (any, error)
	}{{"idle", measureIdle}, {"record", measureRecords}, {"vanish", measureVanish}}
	time.Sleep(settleTime)
	for _, scenario := range scenarios {
		if !options.scenarios[scenario.name] {
			continue
		}
		figures, err := scenario.measure(made)
		if err != nil {
			return err
		}
		print(scenario.name, figures)
	}
	return nil
}

func print(scenario string, figures any) {
	line := map[string]any{"scenario": scenario, "figures": figures}
	if err := json.NewEncoder(os.Stdout).Encode(line); err != nil {
		log.Fatal(err)
	}
}
