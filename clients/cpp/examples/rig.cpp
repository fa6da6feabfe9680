// A session on a rig: a study from a file, response times, and a restart that goes on where it stopped.
//
//     aepsych-grpc config show --json examples/contrast_threshold.yaml > study.json
//     rig localhost:50051 study.json p01
//
// A second argument of the form id=EXPERIMENT_ID in place of the file goes on with that experiment. The participant is
// simulated; in a real rig `show_grating` draws, and waits for a key.
#include <aepsych_grpc/prefetcher.hpp>

#include <chrono>
#include <cmath>
#include <iostream>
#include <string>

namespace {

using Clock = std::chrono::steady_clock;

/// Whether the grating was seen.
bool show_grating(double contrast, double frequency) { return contrast > 0.01 * std::exp(frequency / 5); }

aepsych::Result<aepsych::Experiment> begin(const aepsych::Client& client, const std::string& study,
                                           const std::string& participant) {
  if (study.rfind("id=", 0) == 0) return client.experiment(study.substr(3));
  const auto config = aepsych::read_file(study);
  if (!config) return config.error();
  aepsych::SetupOptions options;
  options.participant_id = participant;
  return client.setup(*config, options);
}

/// Run the trials that are left; returns why it has stopped before the end, if it has.
std::optional<aepsych::Error> run(const aepsych::Experiment& experiment) {
  aepsych::Prefetcher trials(experiment);
  while (const auto trial = trials.next()) {
    const auto contrast = trial->number("contrast");
    const auto frequency = trial->number("spatial_frequency");
    if (!contrast || !frequency) return (contrast ? frequency : contrast).error();
    const auto shown = Clock::now();
    const bool seen = show_grating(*contrast, *frequency);
    aepsych::Observation observation(*trial, seen);
    observation.response_time = Clock::now() - shown;
    trials.tell(observation);  // returns at once; the blank screen between trials hides the trip
  }
  trials.stop();
  return trials.error();
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::cerr << "usage: " << arguments[0] << " HOST:PORT STUDY.json|id=EXPERIMENT PARTICIPANT\n";
    return 2;
  }
  const aepsych::Client client(arguments[1]);
  const auto experiment = begin(client, arguments[2], arguments[3]);
  if (!experiment) {
    std::cerr << experiment.error().text() << "\n";
    return 1;
  }
  std::cout << "experiment " << experiment->id() << std::endl;
  if (const auto error = run(*experiment)) {
    std::cerr << error->text() << "\nGo on with id=" << experiment->id() << "\n";
    return 1;
  }
  aepsych::ThresholdOptions at;
  for (double frequency : {1, 2, 4, 8}) at.contexts.push_back({{"spatial_frequency", frequency}});
  const auto threshold = experiment->threshold(at);
  if (!threshold) {
    std::cerr << threshold.error().text() << "\n";
    return 1;
  }
  for (const auto& point : threshold->points) {
    std::cout << *point.context.number("spatial_frequency") << " cycles/degree: " << point.median << " ("
              << point.threshold.lower << " to " << point.threshold.upper << ")\n";
  }
  return 0;
}
