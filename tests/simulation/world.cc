#include "tests/simulation/world.h"

#include <algorithm>
#include <stdexcept>

namespace enigma::simulation {

using decide::Observation;
using Phase = Job::Phase;

Job* World::find(const std::string& token) {
  const auto found =
      std::find_if(jobs.begin(), jobs.end(), [&](const Job& job) { return job.token == token; });
  return found == jobs.end() ? nullptr : &*found;
}

const Job* World::job(const std::string& token) const {
  const auto found =
      std::find_if(jobs.begin(), jobs.end(), [&](const Job& job) { return job.token == token; });
  return found == jobs.end() ? nullptr : &*found;
}

decide::SubmitAnswer World::submit(const decide::Submission& submission) {
  if (fault(options.submit_refused)) { return {false, "try later"}; }
  if (find(submission.token) != nullptr || fault(options.submit_lost)) { return {}; }
  Job job;
  job.run = submission.run;
  job.token = submission.token;
  job.slots = submission.slots;
  job.launch_at = now + prng.between(0.0, 10.0);
  if (fault(options.submit_late)) {
    job.launch_at = now + prng.between(0.0, 40.0);
    late_.push_back(job);
  } else {
    jobs.push_back(job);
  }
  return {};
}

std::vector<Observation> World::observe(const std::vector<decide::Watch>& watches) {
  if (fault(options.empty_answer)) { blind_until_ = now + prng.between(0.0, 60.0); }
  std::vector<Observation> seen;
  if (faults && now < blind_until_) { return seen; }
  for (const decide::Watch& watch : watches) {
    Job* job = find(watch.token);
    if (job == nullptr || is_hidden(*job) || job->traceless) { continue; }
    job->end_told = job->phase == Phase::ended;
    if (job->phase == Phase::queued) { seen.push_back({job->run, job->token, decide::Waiting{}}); }
    if (job->phase == Phase::running) {
      seen.push_back({job->run, job->token, decide::Running{job->number, job->identity.job, {}}});
    }
    if (job->phase == Phase::ended) { seen.push_back({job->run, job->token, job->exit}); }
  }
  return seen;
}

void World::cancel(const std::string&, const std::string& token) {
  Job* job = find(token);
  if (job == nullptr || job->phase == Phase::ended || is_hidden(*job)) { return; }
  if (fault(options.cancel_lost)) { return; }
  ++job->cancels;
  if (job->phase == Phase::queued) {
    job->exit.signal = 15;
    job->phase = Phase::ended;
  } else if (job->hung || job->cancels > 3) {
    job->exit.signal = 9;
    job->phase = Phase::ended;
  } else if (!job->leaves_in && !fault(options.cancel_ignored)) {
    leave(*job, 75, static_cast<int>(prng.between(int64_t{0}, 2)));
  }
}

void World::mark(const std::string& run, const std::string& word) {
  if (fault(options.mark_fails)) { throw std::runtime_error("the mark cannot be written"); }
  folders[run].mark = word;
}

void World::unmark(const std::string& run) {
  folders[run].mark.clear();
}

void World::tick(double seconds) {
  now += seconds;
  for (const Job& job : late_) {
    if (now >= job.launch_at && find(job.token) == nullptr) { jobs.push_back(job); }
  }
  std::erase_if(late_, [&](const Job& job) { return now >= job.launch_at; });
  for (Job& job : jobs) {
    if (job.phase == Phase::queued && now >= job.launch_at) {
      launch(job);
    } else if (job.phase == Phase::running) {
      work(job);
    }
    if (options.http && job.phase != Phase::queued) { post(job); }
  }
}

void World::calm_down() {
  faults = false;
  blind_until_ = 0;
  for (Job& job : jobs) { job.hidden_until = 0; }
}

std::vector<Message> World::arriving() {
  std::vector<Message> due;
  std::erase_if(network_, [&](const Message& message) {
    if (message.at > now) { return false; }
    due.push_back(message);
    return true;
  });
  for (size_t i = due.size(); i > 1; --i) {
    std::swap(due[i - 1], due[static_cast<size_t>(prng.next() % i)]);
  }
  return due;
}

void World::answer(const std::string& token, int status, const protocol::Answer& answer) {
  Job* job = find(token);
  if (job == nullptr || fault(options.answer_lost)) { return; }
  if (status == 409 && job->lives()) {
    job->exit.code = 76;
    job->phase = Phase::ended;
  }
  job->refused = job->refused || status == 400 || status == 413;
  if (status != 200) { return; }
  job->acked = std::max(job->acked, answer.ack);
  if (answer.command == protocol::Command::stop && job->lives() && !job->hung && !job->leaves_in) {
    leave(*job, 75, 1);
  }
}

std::string World::read_spool(const decide::SpoolSlice& slice) {
  Job* job = find(slice.token);
  if (job == nullptr || is_hidden(*job) || slice.number != job->number) { return ""; }
  const auto size = static_cast<int64_t>(job->spool.size());
  const int64_t seen = fault(options.spool_lags) ? prng.between(int64_t{0}, size) : size;
  job->visible = std::max(job->visible, seen);
  const auto there = static_cast<size_t>(std::max<int64_t>(job->visible - slice.offset, 0));
  const size_t count = std::min(slice.bytes_max, there);
  if (!job->read_out && count > 0) {
    job->shown = std::max(job->shown, slice.offset + static_cast<int64_t>(count));
  }
  job->read_out = job->read_out || (job->end_told && count < slice.bytes_max);
  return count == 0 ? "" : job->spool.substr(static_cast<size_t>(slice.offset), count);
}

}  // namespace enigma::simulation
