// The world that the controller does not own: jobs, their workers, folders and the network, with
// the faults that the seed brings. What really happened stands here, whatever the table says.
#pragma once

#include "orchestrator/decide/executor.h"
#include "tests/simulation/options.h"
#include "tests/simulation/prng.h"
#include "worker/protocol/report.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace enigma::simulation {

/// What a worker has said, and whether its line can be read.
struct Said {
  protocol::Report report;
  std::string line;  ///< as written and posted, with its newline
  bool readable = true;
};
/// A line of a spool, as it was meant.
struct Line {
  int64_t end = 0;    ///< bytes of the spool up to here
  int64_t seq = 0;    ///< of the report that can be read there; 0: none
  bool told = false;  ///< it is an event
};

/// One submitted job with its launcher and worker.
struct Job {
  enum class Phase { queued, running, ended };
  std::string run, token;
  int64_t slots = 1;
  Phase phase = Phase::queued;
  double launch_at = 0;
  int64_t number = 0;
  protocol::Identity identity;
  int64_t step = 0, saved_step = 0;
  bool mute = false, hung = false, traceless = false;
  double hidden_until = 0;       ///< neither seen nor heard before
  std::optional<int> leaves_in;  ///< ticks until it exits with `exit`
  decide::Ended exit;
  int64_t cancels = 0;
  std::vector<Said> said;
  std::string spool;  ///< the file
  std::vector<Line> lines;
  int64_t visible = 0;     ///< bytes of it that have been seen elsewhere
  int64_t shown = 0;       ///< bytes of it that were given to a controller, up to its end
  bool end_told = false;   ///< a controller knows that it has ended
  bool read_out = false;   ///< and has then read what could be seen: what comes later is too late
  int64_t acked = 0;       ///< as the worker knows
  int64_t posted = 0;      ///< reports that were on the way at least once
  bool refused = false;    ///< a post was called malformed
  int64_t chain_left = 0;  ///< jobs that stand behind it
  bool followed = false;   ///< it has ended, and what follows has been seen to

  bool lives() const { return phase == Phase::running; }
};

/// What a run leaves on the shared file system.
struct RunFolder {
  int64_t attempts = 0, checkpoint_step = 0;
  std::string mark;
};

/// A batch on its way to the controller.
struct Message {
  double at = 0;
  std::string run, token, body;
};

class World : public decide::Executor {
 public:
  World(const Options& options, uint64_t seed) : options(options), prng(seed) {}

  decide::SubmitAnswer submit(const decide::Submission& submission) override;
  std::vector<decide::SubmitAnswer> submit_all(
      const std::vector<decide::Submission>& submissions) override;
  std::vector<decide::Observation> observe(const std::vector<decide::Watch>& watches) override;
  std::string read_spool(const decide::SpoolSlice& slice) override;
  void cancel(const std::string& run, const std::string& token) override;
  void mark(const std::string& run, const std::string& word) override;
  void unmark(const std::string& run) override;

  /// Time passes: jobs start, work, report and die.
  void tick(double seconds);
  /// Messages that arrive now, in an order of chance.
  std::vector<Message> arriving();
  /// What the controller answered to a batch.
  void answer(const std::string& token, int status, const protocol::Answer& answer);
  /// No more faults: what is hidden shows itself again.
  void calm_down();

  const Job* job(const std::string& token) const;

  const Options options;
  Prng prng;
  double now = 1e6;
  bool faults = true;
  std::vector<Job> jobs;
  std::map<std::string, RunFolder> folders;

 private:
  void add(const decide::Submission& submission, bool late);
  bool is_full() const;
  void look(const decide::Watch& watch, std::vector<decide::Observation>& seen);
  void cancel_strays(const std::vector<decide::Watch>& watches);
  void start_what_follows();
  Job* find(const std::string& token);
  bool fault(double probability) { return faults && prng.chance(probability); }
  bool is_hidden(const Job& job) const { return now < job.hidden_until; }
  void launch(Job& job);
  void work(Job& job);
  bool is_fenced(const Job& job);
  void strike(Job& job);
  void die(Job& job);
  void train_one_step(Job& job);
  void finish(Job& job);
  void leave(Job& job, int code, int ticks);
  void save_checkpoint(Job& job);
  void say(Job& job, protocol::Body body);
  void say_badly(Job& job, Said& said);
  void say_the_last(Job& job);
  static void write(Job& job, const std::string& line, int64_t seq, bool told);
  void post(Job& job);

  std::vector<Message> network_;
  std::vector<Job> late_;                    ///< submissions on their way
  double blind_until_ = 0;                   ///< the executor answers nothing before
  std::vector<decide::Observation> answer_;  ///< the last fresh one
  std::map<std::string, int> stray_looks_;   ///< by token: answers that showed a job unasked for
};

}  // namespace enigma::simulation
