#include "orchestrator/decide/spool.h"

#include "orchestrator/decide/a_run.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::decide;
using namespace enigma::decide::test;

namespace {

// An executor that has nothing but one spool.
struct File final : Executor {
  std::string bytes;

  std::string read_spool(const SpoolSlice& slice) override {
    const auto offset = static_cast<size_t>(slice.offset);
    return offset < bytes.size() ? bytes.substr(offset, slice.bytes_max) : "";
  }
  SubmitAnswer submit(const Submission&) override { return {}; }
  std::vector<Observation> observe(const std::vector<Watch>&) override { return {}; }
  void cancel(const std::string&, const std::string&) override {}
  void mark(const std::string&, const std::string&) override {}
  void unmark(const std::string&) override {}
};

std::string line(int64_t seq, const std::string& run = "a") {
  return protocol::to_line({run, process(1), seq, 1.5, protocol::Preempted{seq}}) + "\n";
}

// What a reading of everything gives: "2" is a report of this seq, "4!" a line that is none.
struct Reading {
  std::string text, why;
  db::SpoolPosition at;
};

Reading read_all(File& file, bool ended, db::SpoolPosition from = {}) {
  Reading out{"", "", from};
  SpoolPart part{{}, from, true};
  while (part.more) {
    part = read_spool(file, {"a", "t", 1, ended}, part.next, protocol::kLineBytesMax + 1);
    for (const SpoolLine& of : part.lines) {
      if (of.report) { out.text += std::to_string(of.report->seq) + " "; }
      if (!of.wrong.empty()) { out.text += std::to_string(of.number) + "! "; }
      out.why += of.wrong;
    }
  }
  out.at = part.next;
  return out;
}

std::string text_of(const std::string& bytes, bool ended = true) {
  File file;
  file.bytes = bytes;
  return read_all(file, ended).text;
}

}  // namespace

TEST_CASE("spool: whole lines are read once, a torn one when it is whole") {
  File file;
  CHECK(read_all(file, false).text.empty());
  file.bytes = line(1) + line(2) + line(3).substr(0, 20);
  const Reading first = read_all(file, false);
  CHECK(first.text == "1 2 ");
  file.bytes = line(1) + line(2) + line(3);
  const Reading second = read_all(file, false, first.at);
  CHECK(second.text == "3 ");
  CHECK(read_all(file, true, second.at).text.empty());
}

TEST_CASE("spool: a last line without its newline counts once the attempt has ended") {
  std::string bytes = line(1) + line(2);
  bytes.pop_back();
  CHECK(text_of(bytes, false) == "1 ");
  CHECK(text_of(bytes, true) == "1 2 ");
  CHECK(text_of(line(1) + line(2).substr(0, 20), true) == "1 2! ");
}

TEST_CASE("spool: what follows a line that is no report is read, whatever that line is") {
  const std::string binary("\xff\x00{\xc3\x28", 5);
  for (const std::string& bad : {std::string("nonsense"), std::string("{}"), std::string("[1"),
                                 binary, line(2).substr(0, 30), std::string("\"\xc3\x28\"")}) {
    CAPTURE(bad);
    CHECK(text_of(line(1) + bad + "\n" + line(3)) == "1 2! 3 ");
    CHECK(text_of(bad + "\n" + line(2)) == "1! 2 ");
    CHECK(text_of(line(1) + bad + "\n" + bad + "\n" + bad + "\n" + line(5)) == "1 2! 3! 4! 5 ");
    CHECK(text_of(line(1) + bad + "\n" + line(2)) == "1 2! 2 ");  // it stood beside the reports
    CHECK(text_of(line(1) + bad) == "1 2! ");
  }
  CHECK(text_of(line(1) + "\n \r\n" + line(2)) == "1 2 ");  // nothing is no bad line
}

TEST_CASE("spool: a gap after a bad line is explained, one without is told, both are passed over") {
  CHECK(text_of(line(1) + "torn{" + line(4)) == "1 2! ");  // of three reports one line is left
  CHECK(text_of(line(1) + "torn{" + line(4) + line(5)) == "1 2! 5 ");
  CHECK(text_of(line(1) + line(4) + line(5)) == "1 4 2! 5 ");
  File file;
  file.bytes = line(1) + "nonsense\n";
  const Reading first = read_all(file, false);
  file.bytes += line(3);
  CHECK(read_all(file, false, first.at).text == "3 ");  // remembered from part to part
}

TEST_CASE("spool: a report that says NaN counts, and is told") {
  File file;
  const std::string plain =
      protocol::to_line({"a", process(1), 1, 1.5, protocol::Metrics{1, 1, 1, {{"loss", 2.0}}}});
  file.bytes = plain + "\n" + line(2);
  CHECK(read_all(file, true).text == "1 2 ");
  file.bytes.replace(file.bytes.find("2.0"), 3, "NaN");
  CHECK(read_all(file, true).text == "1 1! 2 ");
  CHECK(read_all(file, true).why == "NaN is no number of JSON: read as null");
}

TEST_CASE("spool: a number that came before and another run's report are no reports of this one") {
  CHECK(text_of(line(1) + line(2) + line(2) + line(1) + line(3)) == "1 2 3! 4! 3 ");
  CHECK(text_of(line(1) + line(2, "b") + line(3)) == "1 2! 3 ");
  File file;
  file.bytes = line(2) + line(1);
  CHECK(read_all(file, true).why.find("found 1: an earlier line has it") != std::string::npos);
}

TEST_CASE("spool: a line that is too long is told once, and passed over to its end") {
  const std::string huge(5 * protocol::kLineBytesMax, 'x');
  CHECK(text_of(line(1) + huge + "\n" + line(3)) == "1 2! 3 ");
  CHECK(text_of(huge) == "1! ");
  File file;
  file.bytes = line(1) + huge;
  const Reading first = read_all(file, false);
  CHECK(first.text == "1 2! ");
  file.bytes += huge;
  const Reading second = read_all(file, false, first.at);
  CHECK(second.text.empty());
  file.bytes += "\n" + line(3);
  CHECK(read_all(file, false, second.at).text == "3 ");
  file.bytes = line(1) + huge;
  CHECK(read_all(file, true, first.at).text.empty());
}

TEST_CASE("spool: a long file comes in parts") {
  std::string bytes, expected;
  for (int64_t seq = 1; seq <= 2000; ++seq) {
    bytes += line(seq);
    expected += std::to_string(seq) + " ";
  }
  CHECK(bytes.size() > 2 * protocol::kLineBytesMax);
  CHECK(text_of(bytes) == expected);
}
