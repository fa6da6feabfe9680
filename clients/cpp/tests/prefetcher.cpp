// What the prefetcher promises, against a live server.
//
//     prefetcher HOST:PORT
//
// It prints a line "NAME ok" or "NAME FAILED WHY" for each promise, as the conformance runner does.
#include <aepsych_grpc/prefetcher.hpp>

#include <cstdio>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include "conformance/behaviours.hpp"

namespace {

using namespace aepsych;

Result<Experiment> short_study(const Client& client, int trials) {
  Study study;
  study.parameter(Parameter::continuous("contrast", 0, 1)).strategy(Strategy().generator("sobol").min_asks(trials));
  return client.setup(study);
}

PrefetcherOptions ahead(int trials) {
  PrefetcherOptions options;
  options.ahead = trials;
  return options;
}

std::string runs_to_the_end(const Client& client) {
  for (int in_hand : {0, 1, 3}) {
    const auto experiment = short_study(client, 8);
    MUST_SUCCEED(experiment);
    Prefetcher trials(*experiment, ahead(in_hand));
    std::set<int> seen;
    while (auto trial = trials.next()) {
      MUST(seen.insert(trial->trial_id).second);
      trials.tell(*trial, 1);
    }
    MUST(!trials.error() && seen.size() == 8);
    trials.stop();
    MUST(trials.untold().empty() && !trials.error() && !trials.next());
    MUST(experiment->state()->told_count == 8 && experiment->state()->finished);
  }
  return "";
}

std::string knows_all_responses_unless_it_asks_ahead(const Client& client) {
  for (int in_hand : {0, 2}) {
    const auto experiment = short_study(client, 8);
    MUST_SUCCEED(experiment);
    Prefetcher trials(*experiment, ahead(in_hand));
    const auto first = trials.next();
    MUST(first && first->trial_id == 1);
    // The thread asks while the first trial is shown; it is given time for that, and more.
    for (int i = 0; i < 500 && experiment->state()->asked_count < 1 + in_hand; ++i) {
    }
    MUST(experiment->state()->asked_count == 1 + in_hand);
    trials.tell(*first, 1);
    const auto second = trials.next();
    MUST(second && second->trial_id == 2);
    // Sequence 1 set the experiment up, 2 asked the first trial, 3 told it: unless it was asked before.
    MUST(in_hand > 0 || second->data_sequence == 3);
  }
  return "";
}

std::string gives_pending_trials_out_again(const Client& client) {
  const auto experiment = short_study(client, 5);
  MUST_SUCCEED(experiment);
  {
    Prefetcher trials(*experiment, ahead(2));
    const auto first = trials.next();
    const auto second = trials.next();
    MUST(first && second);
    trials.tell(*first, 1);
  }
  const int asked = experiment->state()->asked_count;
  MUST(experiment->state()->told_count == 1);
  Prefetcher trials(*client.experiment(experiment->id()));
  const auto again = trials.next();
  MUST(again && again->trial_id == 2);
  int left = 0;
  for (auto trial = again; trial; trial = trials.next()) {
    trials.tell(*trial, 0);
    ++left;
  }
  MUST(left == 4 && asked <= 5 && !trials.error());
  return "";
}

std::string passes_over_a_trial_that_is_not_told(const Client& client) {
  const auto experiment = short_study(client, 3);
  MUST_SUCCEED(experiment);
  Prefetcher trials(*experiment);
  int given = 0;
  while (trials.next()) ++given;
  MUST(given == 3 && !trials.error());
  MUST(experiment->state()->pending_count == 3);
  return "";
}

std::string stops_at_an_error_and_keeps_the_response(const Client& client) {
  const auto experiment = short_study(client, 5);
  MUST_SUCCEED(experiment);
  Prefetcher trials(*experiment);
  auto trial = trials.next();
  MUST(trial);
  trials.tell(*trial, std::numeric_limits<double>::quiet_NaN());
  MUST(!trials.next());
  MUST(trials.error() && trials.error()->code == Code::invalid_argument);
  MUST(!trials.error()->violations.empty());
  trials.tell(*trial, 1);
  trials.stop();
  MUST(trials.untold().size() == 2 && !trials.next());
  MUST(experiment->state()->told_count == 0);
  MUST_SUCCEED(experiment->tell(trials.untold().back()));
  return "";
}

const std::vector<std::pair<const char*, std::string (*)(const Client&)>> kPromises{
    {"runs_to_the_end", runs_to_the_end},
    {"knows_all_responses_unless_it_asks_ahead", knows_all_responses_unless_it_asks_ahead},
    {"gives_pending_trials_out_again", gives_pending_trials_out_again},
    {"passes_over_a_trial_that_is_not_told", passes_over_a_trial_that_is_not_told},
    {"stops_at_an_error_and_keeps_the_response", stops_at_an_error_and_keeps_the_response},
};

}  // namespace

int main(int, char** arguments) {
  const Client client(arguments[1]);
  bool good = true;
  for (const auto& [name, promise] : kPromises) {
    const std::string why = promise(client);
    std::printf("%s %s%s\n", name, why.empty() ? "ok" : "FAILED ", why.c_str());
    good = good && why.empty();
  }
  return good ? 0 : 1;
}
