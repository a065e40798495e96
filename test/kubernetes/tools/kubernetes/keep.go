//go:build keep

// Package keep holds what is compiled but is no command: upstream's end-to-end tests.
package keep

import _ "k8s.io/kubernetes/test/e2e"
