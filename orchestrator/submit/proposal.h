// Of the runs that a sweep could make next, those that narrow its question most for what may be
// spent.
#pragma once

#include "orchestrator/submit/candidates.h"
#include "sweeps/law/design/choice.h"
#include "sweeps/law/design/question.h"

namespace enigma {

/// How much may be spent.
struct Purse {
  double amount = 0;  ///< in dollars, or in device-hours
  bool in_usd = false;
};

struct Wish {
  Purse purse;
  law::Question question;
  law::Criterion criterion = law::Criterion::asked;
  size_t most = 16;  ///< runs
};

/// The document `next` of the contract, without "schema". Hours are those of the fit's runs, by
/// size. Throws InputError where they, or the price of an hour that is asked for, are not known;
/// FitRefused where the fit tells nothing of the question.
nlohmann::ordered_json proposal_of(const Candidates& candidates, const law::Fit& fit,
                                   const law::FitOptions& options, const Wish& wish);

}  // namespace enigma
