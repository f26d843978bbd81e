/** How each sample came to be: its commits, oldest first, each taking files from the sample's folder as they are or edited. */
export interface Sample {
  path: string;
  description: string;
  topics: string[];
  commits: SampleCommit[];
  /** One commit on top of the default branch, on the branch `feature/greeting`. */
  greeting?: SampleCommit;
}

export interface SampleCommit {
  message: string;
  author: Author;
  date: string;
  files: string[];
  /** What this commit still had otherwise: in each of these files, text of today → text of then. */
  edits?: Record<string, [today: string, then: string]>;
  /** With a message the tag is annotated. */
  tag?: { name: string; message?: string };
}

interface Author {
  name: string;
  email: string;
}

const MAYA: Author = { name: "Maya Lindqvist", email: "maya.lindqvist@example.com" };
const CHEN: Author = { name: "陈晓", email: "chen.xiao@example.com" };
const TOMAS: Author = { name: "Tomás Rivera", email: "tomas.rivera@example.com" };

const LANGUAGES = [
  {
    path: "node-hello",
    description: "A greeting over HTTP, in Node.js",
    topics: ["nodejs"],
    program: ["server.js", "package.json"],
    greets: "server.js",
    said: "Hello from Node.js",
  },
  {
    path: "go-hello",
    description: "A greeting over HTTP, in Go",
    topics: ["go"],
    program: ["main.go", "go.mod"],
    greets: "main.go",
    said: "Hello from Go",
  },
  {
    path: "java-hello",
    description: "A greeting over HTTP, in Java",
    topics: ["java"],
    program: ["src/main/java/hello/Hello.java", "pom.xml"],
    greets: "src/main/java/hello/Hello.java",
    said: "Hello from Java",
  },
  {
    path: "python-hello",
    description: "A greeting over HTTP, in Python",
    topics: ["python"],
    program: ["app.py"],
    greets: "app.py",
    said: "Hello from Python",
  },
  {
    path: "static-hello",
    description: "A static site behind nginx",
    topics: ["static"],
    program: ["site/index.html", "site/style.css", "nginx.conf"],
    greets: "site/index.html",
    said: "Hello from a static site",
  },
];

const FIRST_VERSION: Record<string, [string, string]> = { VERSION: ["1.1.0", "1.0.0"] };

export const SAMPLES: Sample[] = [
  ...LANGUAGES.map(({ path, description, topics, program, greets, said }): Sample => {
    const word = said.startsWith("Hello from a") ? "Hello" : '"Hello"';
    return {
      path,
      description,
      topics,
      commits: [
        {
          message: `Say "${said}" over HTTP\n`,
          author: MAYA,
          date: "2026-03-02T09:12:00+01:00",
          files: [...program, "VERSION"],
          edits: FIRST_VERSION,
        },
        {
          message: "Build a container image\n\nIt listens on 8080 and runs without root.\n",
          author: CHEN,
          date: "2026-03-03T10:30:00+08:00",
          files: ["Dockerfile", ".dockerignore"],
        },
        {
          message: "Tell how to run it\n",
          author: TOMAS,
          date: "2026-03-05T16:45:00-03:00",
          files: ["README.md"],
          tag: { name: "v1.0.0", message: "The first release" },
        },
        {
          message: "发布 1.1.0\n",
          author: CHEN,
          date: "2026-04-14T11:05:00+08:00",
          files: ["VERSION"],
          tag: { name: "v1.1.0" },
        },
      ],
      greeting: {
        message: "Greet in Chinese\n",
        author: CHEN,
        date: "2026-04-20T15:20:00+08:00",
        files: [greets],
        edits: { [greets]: [word, word.replace("Hello", "你好")] },
      },
    };
  }),
  {
    path: "no-dockerfile",
    description: "A Node.js program that has no Dockerfile yet",
    topics: ["nodejs"],
    commits: [
      {
        message: "Say hello over HTTP\n",
        author: MAYA,
        date: "2026-03-02T09:12:00+01:00",
        files: ["server.js", "package.json", "VERSION"],
      },
      { message: "Say what is missing\n", author: TOMAS, date: "2026-03-04T12:00:00-03:00", files: ["README.md"] },
    ],
  },
  {
    path: "broken-build",
    description: "An image whose build always fails",
    topics: ["broken"],
    commits: [
      {
        message: "Check the greeting\n",
        author: TOMAS,
        date: "2026-03-02T09:12:00-03:00",
        files: ["check.sh", "greeting.txt", "VERSION"],
      },
      {
        message: "Check it in every build\n",
        author: MAYA,
        date: "2026-03-03T10:00:00+01:00",
        files: ["Dockerfile", "README.md"],
      },
    ],
  },
];
