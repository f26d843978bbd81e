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
    String version = Files.readString(Path.of(System.getProperty("version.file", "VERSION"))).strip();
    int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"));
    String host = InetAddress.getLocalHost().getHostName();

    HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
    server.createContext("/", exchange -> answer(exchange, 200,
        "{\"greeting\":\"" + GREETING + " from Java\",\"version\":\"" + version + "\",\"host\":\"" + host + "\"}"));
    server.createContext("/healthz", exchange -> answer(exchange, 200, "{\"status\":\"ok\"}"));
    server.start();
    log("listening\",\"version\":\"" + version + "\",\"port\":\"" + port);

    // Kubernetes sends SIGTERM first: answer what has begun, take nothing new, then leave.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      log("draining");
      server.stop(20);
      log("stopped");
    }));
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = (body + "\n").getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
    log("request\",\"method\":\"" + exchange.getRequestMethod() + "\",\"path\":\"" + exchange.getRequestURI().getPath());
  }

  private static void log(String message) {
    System.out.println("{\"time\":\"" + Instant.now() + "\",\"level\":\"info\",\"message\":\"" + message + "\"}");
  }
}
