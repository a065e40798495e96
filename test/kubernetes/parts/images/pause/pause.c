/*
 * The first process of a pod: keeps its namespaces, takes in children that lost their parent, and ends
 * when it is asked to. It owns nothing else.
 */
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

static void end(int signal_number) {
  (void)signal_number;
  _exit(0);
}

static void reap(int signal_number) {
  (void)signal_number;
  while (waitpid(-1, NULL, WNOHANG) > 0) {
  }
}

int main(void) {
  /* The kernel gives a namespace's first process only signals that it handles. */
  const struct sigaction ending = {.sa_handler = end};
  const struct sigaction reaping = {.sa_handler = reap, .sa_flags = SA_NOCLDSTOP};
  if (sigaction(SIGTERM, &ending, NULL) < 0 || sigaction(SIGINT, &ending, NULL) < 0) return 1;
  if (sigaction(SIGCHLD, &reaping, NULL) < 0) return 1;
  for (;;) pause();
}
