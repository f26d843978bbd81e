//go:build tools

// Package istio names Istio's control plane and the program that renders its charts for `npm run test:cluster`, so that
// go.mod and go.sum pin them and everything that they are built of.
package istio

import (
	_ "helm.sh/helm/v4/cmd/helm"
	_ "istio.io/istio/pilot/cmd/pilot-discovery"
)
