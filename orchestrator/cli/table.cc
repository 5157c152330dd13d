// The one list of commands: help, dispatch and suggestions are made of it.
#include "orchestrator/cli/verbs.h"

namespace enigma::cli {

const std::vector<Command>& commands() {
  static const std::vector<Command> table = {
      {"plan", "what a spec would run: FLOPs, steps, memory, hours", plan},
      {"submit", "run a spec's points; with --wait follow them to the end", submit},
      {"status", "sweeps and runs, and how far they are", status},
      {"watch", "status, refreshed until everything is done", watch},
      {"show", "one run: attempts, checkpoints, evaluations, events", show},
      {"explain", "why a run is not running, and what its id is made of", explain},
      {"metrics", "everything that a run reported, unsampled", metrics},
      {"logs", "what a worker printed", logs},
      {"cancel", "stop a run or a sweep", cancel},
      {"hold", "let a run or a sweep keep what it has and wait", hold},
      {"resume", "let a held, failed or cancelled run go on", resume},
      {"retry", "let the runs go on that failed for one reason", retry},
      {"evaluate", "score finished runs after the fact, beside their history", evaluate},
      {"fit", "a scaling law of a sweep or of a file", fit},
      {"predict", "the loss that a law expects of a budget", predict},
      {"hero", "the run that a law asks for, as a spec ready to submit", hero},
      {"next", "the runs that narrow a sweep's question most for what they cost", next},
      {"plot", "a figure, with the numbers drawn beside it", plot},
      {"export", "one row a run, as CSV or JSON", export_sweep},
      {"diff", "what two runs, or two specs, differ in", diff},
      {"spend", "device-hours and dollars by sweep, size and class of failure", spend},
      {"query", "a question in SQL to the store", query},
      {"nodes", "how runs end on each node, and which nodes are left out", nodes},
      {"doctor", "what of this machine and its scheduler will not work", diagnose},
      {"check-worker", "try a worker of your own, and say what breaks the protocol", check_worker},
      {"drill", "strike a run for real, and say what was lost", rehearse},
      {"serve", "the controller, in the foreground", serve},
      {"schema", "the JSON Schema of a spec", schema},
      {"completion", "scripts for bash and zsh, and the manual page", completion},
  };
  return table;
}

}  // namespace enigma::cli
