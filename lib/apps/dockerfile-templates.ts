import { type Language } from "./schema.ts";

/**
 * A Dockerfile to begin with, one per language: multi-stage, without root, listening on 8080.
 * It is offered as a merge request, so that the team's own people read and change it before it is used.
 */
export const DOCKERFILE_TEMPLATES: Record<Language, string> = {
  go: `FROM golang:1.24-alpine AS build
WORKDIR /src
COPY go.* ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -o /out/app .

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/app /app
EXPOSE 8080
ENTRYPOINT ["/app"]
`,
  java: `FROM maven:3.9-eclipse-temurin-21 AS build
WORKDIR /src
COPY pom.xml ./
RUN mvn -B -q dependency:go-offline
COPY src ./src
RUN mvn -B -q package -DskipTests && cp target/*.jar /app.jar

FROM eclipse-temurin:21-jre
WORKDIR /app
COPY --from=build /app.jar ./app.jar
USER 1001
EXPOSE 8080
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=75", "-jar", "app.jar"]
`,
  nodejs: `FROM node:24-alpine
WORKDIR /app
ENV NODE_ENV=production
COPY package*.json ./
RUN npm ci --omit=dev
COPY . .
USER node
EXPOSE 8080
CMD ["npm", "start"]
`,
  python: `FROM python:3.13-slim
WORKDIR /app
ENV PYTHONUNBUFFERED=1
COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
USER 1001
EXPOSE 8080
CMD ["python", "app.py"]
`,
  static: `FROM nginxinc/nginx-unprivileged:1.29-alpine
COPY . /usr/share/nginx/html
EXPOSE 8080
`,
  other: `FROM debian:12-slim
WORKDIR /app
COPY . .
EXPOSE 8080
# Start your program here; it must listen on port 8080.
CMD ["./start.sh"]
`,
};
