/// \file
/// Runs an experiment with the network in a thread of its own.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "aepsych_grpc/client.hpp"

namespace aepsych {

/// How a prefetcher asks.
struct PrefetcherOptions {
  /// Trials that are asked for beyond the one that is shown.
  ///
  /// 0: every trial is chosen with all responses known; `tell` returns at once, and while the program clears the screen
  /// and waits out the pause between trials, response and question travel in one trip. The server has then worked out
  /// the next trial for every possible response already.
  /// 1 and more: the next trial is there before the participant answers, so `next` never waits where the trial lasts
  /// longer than the trip; but it was chosen without the latest 1 and more responses, so more trials may be needed.
  int ahead = 0;
  /// How trials are asked for. The request_id is left empty: each is made anew.
  AskOptions ask;
};

/// A loop over the trials of an experiment, beginning with those that still await a response.
///
///     aepsych::Prefetcher trials(experiment);
///     while (auto trial = trials.next()) trials.tell(*trial, show(*trial));
///     if (trials.error()) std::puts(trials.error()->text().c_str());
///
/// At the first call that fails, after the retries of the client, it stops: `next` gives out no more trials, `error`
/// says why, and `untold` has the responses that were not acknowledged. Another prefetcher of the same experiment goes
/// on: trials without a response are given out again.
///
/// `next` and `tell` belong to one thread; the destructor waits until what was told is acknowledged or has failed.
class Prefetcher {
 public:
  explicit Prefetcher(Experiment experiment, PrefetcherOptions options = {});
  ~Prefetcher();
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  /// Wait for the next trial; none when nothing is left to ask, after an error, and after `stop`.
  std::optional<Trial> next();
  /// Queue a response and return at once.
  void tell(const Trial& trial, const Answer& answer) { tell(Observation(trial, answer)); }
  void tell(Observation observation);
  /// Ask for no more trials, wait until what was told is acknowledged or has failed, and end the thread. Trials that
  /// were asked but not told go on awaiting their response.
  void stop();

  /// Why it has stopped; none while it goes on and after a regular end.
  std::optional<Error> error() const;
  /// Responses that are not acknowledged so far. After an error they can be told again: nothing is recorded twice.
  std::vector<Observation> untold() const;

 private:
  void run();
  void step(std::unique_lock<std::mutex>& lock);
  bool wants_trial() const;

  const Experiment experiment_;
  const PrefetcherOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Observation> queue_;   // told, not yet acknowledged; the first may be under way
  std::deque<Trial> ready_;         // asked, not yet given out
  std::set<int> shown_;             // given out, not yet told
  bool waiting_ = false;            // in `next`
  bool finished_ = false;           // nothing is left to ask
  bool stopping_ = false;
  std::optional<Error> error_;
  std::thread thread_;              // last: it uses all of the above
};

}  // namespace aepsych
