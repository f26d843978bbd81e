// A greeting over HTTP, in Go without dependencies.
package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

const greeting = "Hello"

//go:embed VERSION
var versionFile string

func main() {
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stdout, nil)))
	version := strings.TrimSpace(versionFile)
	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}

	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		host, _ := os.Hostname()
		answer(w, map[string]string{"greeting": greeting + " from Go", "version": version, "host": host})
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		answer(w, map[string]string{"status": "ok"})
	})

	server := &http.Server{Addr: ":" + port, Handler: logged(mux), ReadHeaderTimeout: 5 * time.Second}
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	go func() {
		slog.Info("listening", "version", version, "port", port)
		if err := server.ListenAndServe(); err != http.ErrServerClosed {
			slog.Error("cannot listen", "error", err)
			os.Exit(1)
		}
	}()

	// Kubernetes sends SIGTERM first: answer what has begun, take nothing new, then leave.
	<-stop.Done()
	slog.Info("draining")
	deadline, done := context.WithTimeout(context.Background(), 20*time.Second)
	defer done()
	if err := server.Shutdown(deadline); err != nil {
		slog.Error("not drained", "error", err)
	}
	slog.Info("stopped")
}

func answer(w http.ResponseWriter, body map[string]string) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

func logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		next.ServeHTTP(w, r)
		slog.Info("request", "method", r.Method, "path", r.URL.Path, "durationMs", time.Since(started).Milliseconds())
	})
}
