package hello;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/** A greeting over HTTP, in Java without dependencies. */
public final class Hello {
  private static final String GREETING = "Hello";

  public static void main(String[] args) throws IOException {
    String version = Files.readString(Path.of("VERSION")).strip();
    String port = System.getenv().getOrDefault("PORT", "8080");
    String host = InetAddress.getLocalHost().getHostName();

    HttpServer server = HttpServer.create(new InetSocketAddress(Integer.parseInt(port)), 0);
    server.createContext("/", exchange -> {
      boolean home = exchange.getRequestURI().getPath().equals("/");
      answer(exchange, home ? 200 : 404, home
          ? json("greeting", GREETING + " from Java", "version", version, "host", host)
          : json("error", "no page here"));
    });
    server.createContext("/healthz", exchange -> answer(exchange, 200, json("status", "ok")));
    server.start();
    log("message", "listening", "version", version, "port", port);

    // Kubernetes sends SIGTERM first: answer what has begun, take nothing new, then leave.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      log("message", "draining");
      server.stop(2);
      log("message", "stopped");
    }));
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = (body + "\n").getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
    log("message", "request", "method", exchange.getRequestMethod(),
        "path", exchange.getRequestURI().getPath(), "status", String.valueOf(status));
  }

  private static void log(String... fields) {
    System.out.println("{\"time\":\"" + Instant.now() + "\",\"level\":\"info\"," + json(fields).substring(1));
  }

  /** An object of names and values, one after the other. */
  private static String json(String... fields) {
    StringBuilder object = new StringBuilder("{");
    for (int i = 0; i < fields.length; i += 2) {
      object.append(i == 0 ? "" : ",").append(quoted(fields[i])).append(':').append(quoted(fields[i + 1]));
    }
    return object.append('}').toString();
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
