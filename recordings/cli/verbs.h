// The commands, one file each (<verb>.cc); main.cc lists them. Each returns an exit code, prints
// its own document, and throws what main.cc turns into words.
#pragma once

#include "recordings/cli/command.h"

namespace enigma::recordings::cli {

int chunks(const Words& words);
int generate(const Words& words);
int import(const Words& words);
int inspect(const Words& words);
int query(const Words& words);
int score(const Words& words);
int stats(const Words& words);
int verify(const Words& words);

/// For `enigma-data help VERB`.
options::options_description chunks_options();
options::options_description generate_options();
options::options_description import_options();
options::options_description inspect_options();
options::options_description query_options();
options::options_description score_options();
options::options_description stats_options();
options::options_description verify_options();

}  // namespace enigma::recordings::cli
