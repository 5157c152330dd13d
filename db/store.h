// The store: one SQLite file that remembers sweeps, runs, attempts, reports and events.
// It knows rows, never rules. One connection writes (the controller's deciding thread); readers
// open their own. Every write is one transaction, durable when the call returns.
#pragma once

#include "db/rows.h"
#include "db/run.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace enigma::db {

/// The store cannot be used as it is: the message names the path, what is wrong and what to do.
class StoreError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The database was written by a newer program; nothing was changed. The door exits with 2.
class NewerStoreError : public StoreError {
 public:
  NewerStoreError(const std::string& path, int64_t found, int64_t known);
  int64_t found_version, known_version;
};

/// Where the bytes lie. The defaults are what users run; the simulation names a file system of
/// its own, which has no shared memory and therefore needs exclusive locking.
struct StoreOptions {
  std::string vfs;
  bool exclusive_locking = false;
  int busy_timeout_ms = 5000;
};

/// The newest schema that this program knows (`user_version`).
int64_t schema_version();

class Store {
 public:
  /// Opens for writing; makes the file where there is none and migrates an older one.
  /// Throws NewerStoreError, or StoreError where the file cannot be opened or written.
  static Store open(const std::filesystem::path& file, const StoreOptions& options = {});
  /// Opens for reading: never writes, never migrates. Throws also where there is no file.
  static Store open_read_only(const std::filesystem::path& file, const StoreOptions& options = {});
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  // What the deciding thread reads and writes.

  /// Runs that are not settled, by id: everything that a turn has to look at.
  std::vector<Run> load() const;
  /// Replaces the decided state of runs, and of their attempts, and appends events. `wanted` (by
  /// whom) and `priority` belong to requests and submissions and are not written here.
  /// Of the runs in `asked`, what a ceiling asks for is written with the rest.
  void save(const std::vector<Run>& runs, const std::vector<Event>& events,
            const std::set<std::string>& asked = {});
  /// Writes what one request (cancel, hold, resume) makes of runs: the request's part of them too.
  /// Their attempts are no request's matter and stay as they are.
  void save_request(const std::vector<Run>& runs, const std::vector<Event>& events);

  /// Adds what is new: the sweep, its memberships, runs that are unknown. Of known runs only what
  /// is no part of their identity follows: placement, slots, priority, and the sweep's own name,
  /// values and plan of them; an empty plan keeps the one there is. The sweep's ceiling becomes
  /// this one, or none. What is as it was is not written. Gives the ids of the runs added, in
  /// order.
  std::vector<std::string> submit_sweep(const std::string& name, const std::string& spec,
                                        const std::vector<NewPoint>& points, Time now,
                                        const std::optional<Ceiling>& ceiling = {});

  std::vector<Ceiling> ceilings() const;  ///< by sweep
  /// The runs of every sweep that has a ceiling, with what they have used, by sweep and run.
  std::vector<Charge> charges() const;

  /// Commits a run's progress together with the rows of the reports, or nothing at all.
  /// False: an attempt after this one has reported, or its seq has moved on; read again.
  bool commit(const Delivery& delivery);
  /// How far the spool of this attempt has been read, as committed last.
  SpoolPosition spool_position(std::string_view token) const;

  /// Writes a forecast, once and for good. Gives the one that stands under its name: another where
  /// there was one.
  ForecastRow freeze(const ForecastRow& forecast);
  /// What was foretold of runs of this sweep, by time.
  std::vector<ForecastRow> forecasts(std::string_view sweep) const;

  // Questions of the documents. Each list is one query, however many runs there are.

  /// While it lives, every question is answered as of one moment, whatever is written meanwhile.
  class Moment;
  Moment moment() const;

  std::vector<SweepRow> sweeps() const;  ///< by time of first submission
  std::optional<SweepRow> sweep(std::string_view name) const;
  std::vector<Membership> memberships(std::string_view sweep) const;  ///< in order of the spec
  /// Run → names of its sweeps, by time of first submission.
  std::map<std::string, std::vector<std::string>> sweeps_by_run() const;
  std::vector<KnownPoint> known_points(std::string_view sweep) const;
  /// Attempts that ended at or after `since` and whose nodes are known, by their end.
  std::vector<NodeVisit> node_visits(Time since) const;
  std::vector<FinishedRow> finished() const;               ///< by time of their end
  std::vector<Run> runs_of(std::string_view sweep) const;  ///< in order of the spec
  std::vector<Run> runs() const;                           ///< all, by position
  std::optional<RunRow> run(std::string_view id) const;
  /// Ids that begin with `prefix`, at most `limit`: for people who type the first digits.
  std::vector<std::string> ids_with_prefix(std::string_view prefix, int64_t limit = 10) const;
  std::set<std::string> known_ids() const;
  /// Runs of a sweep whose spec is this very text, as submitted last; of another none.
  std::set<std::string> member_ids(std::string_view sweep, std::string_view spec) const;
  std::map<std::string, int64_t> counts() const;  ///< state → runs, every state present
  std::map<std::string, int64_t> counts(std::string_view sweep) const;

  /// What was measured, over the current history: rows that a later attempt took back (it resumed
  /// from an earlier step) are not in it. `all_attempts` gives every row.
  std::vector<MetricsRow> metrics(std::string_view run, bool all_attempts = false) const;
  std::vector<EvalRow> evals(std::string_view run, bool all_attempts = false) const;
  std::vector<CheckpointRow> checkpoints(std::string_view run) const;
  std::vector<SkippedRow> skipped(std::string_view run) const;
  /// Of every attempt that has been submitted, by run.
  std::vector<SpentRow> spent() const;
  Summary summary(const std::string& run) const;
  /// By run, of a sweep or of all; a run that was never started is not in it.
  std::map<std::string, Summary> summaries(const std::optional<std::string>& sweep = {}) const;

  // Pages of long lists: what they cost follows what they give, not how many runs there are.

  /// Ids of the runs of a page; none where `after` is no run of its list.
  std::vector<std::string> ids_of(const RunsPage& page) const;
  /// Those of `ids` that there are, in their order, each once.
  std::vector<Run> runs_with(const std::vector<std::string>& ids) const;
  std::map<std::string, Summary> summaries_with(const std::vector<std::string>& ids) const;
  /// Of these runs, by time of the sweep's first submission.
  std::vector<Membership> memberships_with(const std::vector<std::string>& ids) const;

  // What totals are made of: narrow rows of a sweep's runs in the order of its spec, or of all by
  // position.

  std::vector<CountedRow> counted(const std::optional<std::string>& sweep = {}) const;
  /// In all of their sweeps, by time of the sweep's first submission.
  std::vector<PlannedRow> planned(const std::optional<std::string>& sweep = {}) const;
  /// The last step that each of them has reported, over its current history; of those that have.
  std::map<std::string, int64_t> last_steps(const std::vector<std::string>& ids) const;

  std::vector<Event> events_of(std::string_view run) const;  ///< oldest first
  /// Events of all runs behind the one of that id, oldest first, at most `limit`.
  std::vector<Event> events_after(int64_t id, int64_t limit) const;
  int64_t last_event_id() const;  ///< 0 where there is none

  /// By this store since it was opened.
  int64_t rows_written() const;

 private:
  struct Connection;
  explicit Store(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

class Store::Moment {
 public:
  explicit Moment(const Store& store);
  ~Moment();
  Moment(const Moment&) = delete;
  Moment& operator=(const Moment&) = delete;

 private:
  Connection& connection_;
};

}  // namespace enigma::db
