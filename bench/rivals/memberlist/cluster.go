package main

import (
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/memberlist"
)

const (
	port = 7946
	// What a node says of itself, in bytes.
	metaBytes = 200
	// How many others each node is told to join at.
	joinAt = 3
)

// node is one member, and what it was told about the others.
type node struct {
	list *memberlist.Memberlist
	name string
	meta atomic.Pointer[[]byte]

	mutex sync.Mutex
	// By node: the newest version of its metadata that was seen here.
	seen map[string]byte
	left map[string]bool
}

type cluster struct {
	nodes []*node
	// Signalled whenever a node was told something.
	changed chan struct{}
}

func addressOf(n int) string { return fmt.Sprintf("127.1.%d.%d", n>>8, n&0xff) }

func nameOf(n int) string { return fmt.Sprintf("node-%d", n) }

// createCluster makes nodes that listen and know nobody.
func createCluster(count int) (*cluster, error) {
	made := &cluster{changed: make(chan struct{}, 1)}
	for n := range count {
		node, err := made.createNode(n)
		if err != nil {
			return nil, fmt.Errorf("node %d: %w", n, err)
		}
		made.nodes = append(made.nodes, node)
	}
	return made, nil
}

func (c *cluster) createNode(n int) (*node, error) {
	made := &node{name: nameOf(n), seen: map[string]byte{}, left: map[string]bool{}}
	made.setVersion(0)
	config := memberlist.DefaultLANConfig()
	config.Name = made.name
	config.BindAddr = addressOf(n)
	config.BindPort = port
	config.AdvertisePort = port
	config.Delegate = delegate{made}
	config.Events = events{made, c.changed}
	config.LogOutput = io.Discard
	list, err := memberlist.Create(config)
	made.list = list
	return made, err
}

// join has all nodes join at the first few: all at once, or perSecond of them each second.
func (c *cluster) join(perSecond int) {
	seeds := []string{}
	for n := range min(joinAt, len(c.nodes)) {
		seeds = append(seeds, addressOf(n))
	}
	for _, node := range c.nodes {
		go func() {
			// One that reaches no seed now is found by the others' gossip, or is missing in the end.
			_, _ = node.list.Join(seeds)
		}()
		if perSecond > 0 {
			time.Sleep(time.Second / time.Duration(perSecond))
		}
	}
}

func (c *cluster) leastKnown() int {
	least := len(c.nodes)
	for _, node := range c.nodes {
		least = min(least, node.list.NumMembers())
	}
	return least
}

// setVersion changes the first byte of the metadata; the others hear of it after an update.
func (n *node) setVersion(version byte) {
	meta := make([]byte, metaBytes)
	for at := range meta {
		// Neither constant nor a short pattern: LZW would make little of it.
		meta[at] = byte(at*at*31 + at*7 + len(n.name)*13)
	}
	copy(meta[1:], n.name)
	meta[0] = version
	n.meta.Store(&meta)
}

func (n *node) hasSeen(name string, version byte) bool {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return n.seen[name] == version
}

func (n *node) saysLeft(name string) bool {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return n.left[name]
}

// delegate gives memberlist the metadata, and nothing else.
type delegate struct{ node *node }

func (d delegate) NodeMeta(int) []byte             { return *d.node.meta.Load() }
func (d delegate) NotifyMsg([]byte)                {}
func (d delegate) GetBroadcasts(int, int) [][]byte { return nil }
func (d delegate) LocalState(bool) []byte          { return nil }
func (d delegate) MergeRemoteState([]byte, bool)   {}

// events notes what memberlist tells of others.
type events struct {
	node    *node
	changed chan<- struct{}
}

func (e events) NotifyJoin(other *memberlist.Node)   { e.note(other, false) }
func (e events) NotifyUpdate(other *memberlist.Node) { e.note(other, false) }
func (e events) NotifyLeave(other *memberlist.Node)  { e.note(other, true) }

func (e events) note(other *memberlist.Node, hasLeft bool) {
	e.node.mutex.Lock()
	if len(other.Meta) > 0 {
		e.node.seen[other.Name] = other.Meta[0]
	}
	e.node.left[other.Name] = hasLeft
	e.node.mutex.Unlock()
	select {
	case e.changed <- struct{}{}:
	default:
	}
}
