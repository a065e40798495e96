package main

import (
	"fmt"
	"syscall"
	"time"
)

const (
	lookInterval = 5 * time.Millisecond
	// As for our own peers: the idle figure is of a mesh that has come to rest.
	settleTime  = 20 * time.Second
	idleWindow  = 20 * time.Second
	updates     = 10
	updateGap   = 2 * time.Second
	updateLimit = 30 * time.Second
	victims     = 3
	downLimit   = 120 * time.Second
)

type startFigures struct {
	// Until every node listed every node; absent when that was not within the limit.
	KnownMs *float64 `json:"knownMs,omitempty"`
	LimitMs float64  `json:"limitMs"`
	// Nodes that were listed by the one that listed the fewest.
	LeastKnown int `json:"leastKnown"`
	// Sent until then, a node.
	Bytes float64 `json:"bytes"`
	CPUMs float64 `json:"cpuMs"`
}

func measureStart(c *cluster, options options) (*startFigures, error) {
	before, err := take()
	if err != nil {
		return nil, err
	}
	go c.join(options.perSecond)
	isKnown := waitUntil(options.limit, func() bool { return c.leastKnown() == len(c.nodes) })
	after, err := take()
	if err != nil {
		return nil, err
	}
	nodes := float64(len(c.nodes))
	figures := &startFigures{
		LimitMs:    milliseconds(options.limit),
		LeastKnown: c.leastKnown(),
		Bytes:      (after.sentBytes - before.sentBytes) / nodes,
		CPUMs:      (after.cpuMs - before.cpuMs) / nodes,
	}
	if isKnown {
		ms := milliseconds(after.at.Sub(before.at))
		figures.KnownMs = &ms
	}
	return figures, nil
}

type idleFigures struct {
	// Sent a node.
	BytesPerSecond float64 `json:"bytesPerSecond"`
	// Of one core, a node.
	CPUShare float64 `json:"cpuShare"`
}

func measureIdle(c *cluster) (any, error) { return measureIdleFor(c, idleWindow) }

func measureIdleFor(c *cluster, window time.Duration) (*idleFigures, error) {
	before, err := take()
	if err != nil {
		return nil, err
	}
	time.Sleep(window)
	after, err := take()
	if err != nil {
		return nil, err
	}
	nodes, elapsedMs := float64(len(c.nodes)), milliseconds(after.at.Sub(before.at))
	return &idleFigures{
		BytesPerSecond: (after.sentBytes - before.sentBytes) / nodes / (elapsedMs / 1000),
		CPUShare:       (after.cpuMs - before.cpuMs) / nodes / elapsedMs,
	}, nil
}

type recordFigures struct {
	// From the update until the last node has it, each time.
	LastMs []float64 `json:"lastMs"`
	// Sent a node and update, beyond what an idle cluster sends.
	Bytes float64 `json:"bytes"`
}

func measureRecords(c *cluster) (any, error) {
	idle, err := measureIdleFor(c, updates*updateGap)
	if err != nil {
		return nil, err
	}
	before, err := take()
	if err != nil {
		return nil, err
	}
	figures := recordFigures{}
	for round := range updates {
		next := time.Now().Add(updateGap)
		ms, err := update(c, round*len(c.nodes)/updates, byte(round+1))
		if err != nil {
			return nil, err
		}
		figures.LastMs = append(figures.LastMs, ms)
		// Retransmissions go on for a while after the last node has it.
		time.Sleep(time.Until(next))
	}
	after, err := take()
	if err != nil {
		return nil, err
	}
	seconds := after.at.Sub(before.at).Seconds()
	sent := (after.sentBytes-before.sentBytes)/float64(len(c.nodes)) - idle.BytesPerSecond*seconds
	figures.Bytes = sent / updates
	return figures, nil
}

func update(c *cluster, n int, version byte) (float64, error) {
	writer := c.nodes[n]
	writer.setVersion(version)
	at := time.Now()
	go func() { _ = writer.list.UpdateNode(updateLimit) }()
	haveAll := func() bool {
		for _, node := range c.nodes {
			if node != writer && !node.hasSeen(writer.name, version) {
				return false
			}
		}
		return true
	}
	if !c.waitUntilTold(updateLimit, haveAll) {
		return 0, fmt.Errorf("not all nodes had an update after %s", updateLimit)
	}
	return milliseconds(time.Since(at)), nil
}

type vanishFigures struct {
	// From the cut until every other node was told that it has left, each time.
	LastMs []float64 `json:"lastMs"`
}

func measureVanish(c *cluster) (any, error) {
	if err := prepareCuts(); err != nil {
		return nil, err
	}
	figures := vanishFigures{}
	gone := map[*node]bool{}
	for victim := range victims {
		n := (2*victim + 1) * len(c.nodes) / (2 * victims)
		vanished := c.nodes[n]
		gone[vanished] = true
		at := time.Now()
		if err := cutOff(addressOf(n)); err != nil {
			return nil, err
		}
		haveAll := func() bool {
			for _, node := range c.nodes {
				if !gone[node] && !node.saysLeft(vanished.name) {
					return false
				}
			}
			return true
		}
		if !c.waitUntilTold(downLimit, haveAll) {
			return nil, fmt.Errorf("%s was not down after %s", vanished.name, downLimit)
		}
		figures.LastMs = append(figures.LastMs, milliseconds(time.Since(at)))
	}
	return figures, nil
}

// waitUntilTold looks whenever a node was told something; says whether the condition came to hold.
func (c *cluster) waitUntilTold(limit time.Duration, holds func() bool) bool {
	deadline := time.After(limit)
	for !holds() {
		select {
		case <-c.changed:
		case <-deadline:
			return holds()
		}
	}
	return true
}

func waitUntil(limit time.Duration, holds func() bool) bool {
	for deadline := time.Now().Add(limit); !holds(); time.Sleep(lookInterval) {
		if time.Now().After(deadline) {
			return false
		}
	}
	return true
}

type taken struct {
	at        time.Time
	sentBytes float64
	cpuMs     float64
}

func take() (taken, error) {
	bytes, err := readSentBytes()
	if err != nil {
		return taken{}, err
	}
	usage := syscall.Rusage{}
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return taken{}, err
	}
	cpu := time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	return taken{at: time.Now(), sentBytes: bytes, cpuMs: milliseconds(cpu)}, nil
}

func milliseconds(duration time.Duration) float64 {
	return float64(duration) / float64(time.Millisecond)
}
