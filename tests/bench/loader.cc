// Windows per second of a core that it gathers, beside what the machine itself copies and reads.
//   enigma_bench_loader                 two sessions of 10 minutes, 8,000 neurons; one of 2,000
//   enigma_bench_loader DIR [DIR…]      the same measurement on recordings that are there
//   enigma_bench_loader --write DIR SESSIONS NEURONS MINUTES     random recordings to measure on
#include "recordings/gather/gather.h"
#include "recordings/temporary_folder.h"
#include "tests/bench/random_recording.h"
#include "tests/bench/rates.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace enigma;
using namespace enigma::bench;
using recordings::gather::Element;

constexpr int kRounds = 7;
const recordings::WindowRule kRule{60, 30, recordings::Align::free, {}};

struct Data {
  std::vector<recordings::Session> sessions;
  std::vector<std::vector<double>> starts_s;
  std::filesystem::path file;  // of responses, for the machine's own rate

  explicit Data(const std::vector<std::filesystem::path>& folders) {
    for (const auto& folder : folders) {
      auto session = recordings::Session::open(folder);
      if (!session.ok()) { throw std::runtime_error(to_text(session.diagnostics.front())); }
      starts_s.push_back(session.value->window_starts_s("train", kRule));
      if (starts_s.back().empty()) { throw std::runtime_error(folder.string() + ": no windows"); }
      sessions.push_back(std::move(*session.value));
    }
    file = folders.front() / "responses" / "data.mem";
  }
};

/// Shuffled windows of shuffled sessions, each with neurons in an order of its own.
class Reader {
 public:
  Reader(const Data& data, int64_t neurons, Element responses, Element video)
      : data_(data), responses_{responses, {}}, video_{video, {}} {
    if (video == Element::f32) { video_.scaling = {{113}, {59}}; }
    for (int i = 0; i < 16; ++i) {
      std::vector<int64_t> order(static_cast<size_t>(data.sessions[0].neurons()));
      for (size_t n = 0; n < order.size(); ++n) { order[n] = static_cast<int64_t>(n); }
      std::shuffle(order.begin(), order.end(), random_);
      order.resize(std::min(order.size(), static_cast<size_t>(neurons)));
      orders_.push_back(std::move(order));
    }
    const auto size = data.sessions[0].video_size();
    rows_.resize(size_t(kRule.samples) * orders_[0].size() * bytes_of(responses) * kBatch);
    frames_.resize(size_t(kRule.samples * size.height * size.width) * bytes_of(video) * kBatch);
  }

  double windows_per_s(int windows) {
    const double begin_s = core_s();
    for (int i = 0; i < windows; ++i) { read(static_cast<size_t>(i) % kBatch); }
    return windows / (core_s() - begin_s);
  }

  /// Stored and delivered bytes of a window.
  double bytes_per_window() const {
    const auto size = data_.sessions[0].video_size();
    const auto stored = double(kRule.samples * data_.sessions[0].neurons() * 2 +
                               kRule.samples * size.height * size.width);
    return stored + double(rows_.size() + frames_.size()) / kBatch;
  }

 private:
  static constexpr size_t kBatch = 8;

  void read(size_t place) {
    const size_t s = random_() % data_.sessions.size();
    const double start_s = data_.starts_s[s][random_() % data_.starts_s[s].size()];
    const size_t rows = rows_.size() / kBatch, frames = frames_.size() / kBatch;
    gather_responses(data_.sessions[s], start_s, kRule, orders_[random_() % orders_.size()],
                     responses_, std::span(rows_).subspan(place * rows, rows));
    gather_video(data_.sessions[s], start_s, kRule, video_,
                 std::span(frames_).subspan(place * frames, frames));
  }

  const Data& data_;
  recordings::gather::Delivery responses_, video_;
  std::mt19937_64 random_{7};
  std::vector<std::vector<int64_t>> orders_;
  std::vector<std::byte> rows_, frames_;
};

void judge(const char* what, double value, double bar, const char* unit) {
  const bool fine = value >= bar / 2;
  fmt::print("{} loader: {} {:.3g} {} (bar {:g}{})\n", fine ? "PASS" : "FAIL", what, value, unit,
             bar, value >= bar ? "" : ", missed");
}

void measure_4096_of_8000(const Data& data, int windows) {
  Reader reader(data, 4096, Element::f32, Element::f32);
  reader.windows_per_s(windows);  // pages come in
  std::vector<double> rates, copies, reads, ratios;
  for (int round = 0; round < kRounds; ++round) {
    copies.push_back(memcpy_bytes_per_s());
    reads.push_back(warm_read_bytes_per_s(data.file));
    rates.push_back(reader.windows_per_s(windows));
    ratios.push_back(rates.back() * reader.bytes_per_window() /
                     std::min(copies.back(), reads.back()));
  }
  fmt::print(
      "  memcpy {:.2f} GB/s, warm read {:.2f} GB/s (bytes read and written), windows "
      "{:.2f} GB/s of {:.2f} MB each\n",
      middle(copies) / 1e9, middle(reads) / 1e9, middle(rates) * reader.bytes_per_window() / 1e9,
      reader.bytes_per_window() / 1e6);
  judge("4,096 of the neurons as float32, windows per second and core", middle(rates), 1500, "/s");
  judge("share of the slower machine rate", middle(ratios), 0.6, "");
}

void measure_all(const Data& data, int windows) {
  Reader floats(data, 1 << 20, Element::f32, Element::f32);
  Reader narrow(data, 1 << 20, Element::f16, Element::u8);
  floats.windows_per_s(windows);
  std::vector<double> wide, small, ratios;
  for (int round = 0; round < kRounds; ++round) {
    wide.push_back(floats.windows_per_s(windows));
    small.push_back(narrow.windows_per_s(windows));
    ratios.push_back(small.back() / wide.back());
  }
  fmt::print("WINDOWS_PER_S float32 {:.0f} gpu_types {:.0f} ratio {:.2f}\n", middle(wide),
             middle(small), middle(ratios));
}

std::vector<std::filesystem::path> write_sessions(const std::filesystem::path& folder, int sessions,
                                                  int64_t neurons, double minutes) {
  std::vector<std::filesystem::path> folders;
  for (int i = 0; i < sessions; ++i) {
    folders.push_back(folder / fmt::format("random{:03}", i));
    bench::write({folders.back(), neurons, minutes});
  }
  return folders;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 5 && words[0] == "--write") {
    write_sessions(words[1], std::stoi(words[2]), std::stoll(words[3]), std::stod(words[4]));
    return 0;
  }
  if (!words.empty()) {
    measure_4096_of_8000(Data({words.begin(), words.end()}), 400);
    return 0;
  }
  const recordings::TemporaryFolder folder;
  {
    const Data two(write_sessions(folder.path() / "two", 2, 8000, 10));
    measure_4096_of_8000(two, 400);
  }
  std::filesystem::remove_all(folder.path() / "two");
  const Data one(write_sessions(folder.path() / "one", 1, 2000, 10));
  measure_all(one, 1000);
  return 0;
}
