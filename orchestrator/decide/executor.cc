#include "orchestrator/decide/executor.h"

namespace enigma::decide {

std::vector<SubmitAnswer> Executor::submit_all(const std::vector<Submission>& submissions) {
  std::vector<SubmitAnswer> answers;
  for (const Submission& submission : submissions) { answers.push_back(submit(submission)); }
  return answers;
}

}  // namespace enigma::decide
