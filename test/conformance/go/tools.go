// Package conformance pins franz-go, whose own test suite is run against a broker by franz-go.ts.
package conformance

import _ "github.com/twmb/franz-go/pkg/kgo"
