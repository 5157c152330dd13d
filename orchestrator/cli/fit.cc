#include "orchestrator/call/law_request.h"
#include "orchestrator/cli/verbs.h"
#include "orchestrator/serve/clock.h"
#include "sweeps/law/report/fit_document.h"

#include <cstdio>

namespace enigma::cli {

int fit(const Invocation& invocation) {
  namespace po = boost::program_options;
  po::positional_options_description positional;
  positional.add("sweep", 1);
  const auto values =
      parse_options(invocation, "fit [SWEEP | --csv FILE --map ROLE=COLUMN,…] [options]",
                    law_options(), positional);
  if (!values) { return kDone; }
  return guarded(invocation, [&] {
    const double begin_s = monotonic_s();
    const LawRequest request = request_of(invocation, *values);
    law::Study study = study_of(request);
    law::appraise(study, request.mapped, request.options);
    const double taken_s = monotonic_s() - begin_s;
    if (invocation.json) {
      print_document(invocation, law::to_json(study, taken_s));
    } else {
      std::fputs(law::to_text(study).c_str(), stdout);
    }
    return static_cast<int>(kDone);
  });
}

}  // namespace enigma::cli
