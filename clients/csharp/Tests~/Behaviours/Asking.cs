using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using AepsychGrpc.V1;

namespace AepsychGrpc.Conformance
{
    /// <summary>Asking.</summary>
    internal sealed partial class Behaviours
    {
        private async Task Ask()
        {
            ExperimentSession experiment = await client.SetupAsync(Studies.YesNo());
            Trial trial = await experiment.AskAsync();
            Must.Equal(trial.TrialId, 1);
            Must.Equal(trial.Source, TrialSource.Sobol);
            Must.Equal(EnumNames.Name(trial.Source), "SOBOL");
            Must.Equal(trial.State, TrialState.Pending);
            Must.Hold(trial.Number("contrast") >= 0.01 && trial.Number("contrast") <= 1);
            Must.Hold(trial.Number("frequency") >= 0.5 && trial.Number("frequency") <= 16);
        }

        private async Task AskAgain()
        {
            ExperimentSession experiment = await client.SetupAsync(Studies.YesNo());
            var request = new AskRequest { ExperimentId = experiment.ExperimentId, RequestId = Ids.New() };
            AskResponse first = await client.Service.AskAsync(request);
            AskResponse again = await client.Service.AskAsync(request);
            Must.Equal(again.Trials.Single(), first.Trials.Single());
            Must.Hold(again.Duplicate);
            Must.Equal((await experiment.StateAsync()).AskedCount, 1);
        }

        private async Task AskBatch()
        {
            ExperimentSession experiment = await client.SetupAsync(Studies.YesNo());
            IReadOnlyList<Trial> trials = await experiment.AskAsync(3);
            Must.Equal(string.Join(",", trials.Select(trial => trial.TrialId)), "1,2,3");
            Must.Equal(trials.Select(trial => trial.Number("contrast")).Distinct().Count(), 3);
            Must.Equal((await experiment.PendingAsync()).Count, 3);
        }

        private async Task AskFixed()
        {
            ExperimentSession experiment = await client.SetupAsync(Studies.YesNo());
            IReadOnlyList<Trial> trials = await experiment.AskAsync(1, Stimuli.Of("frequency", 4));
            Must.Equal(trials[0].Number("frequency"), 4.0);
        }

        private async Task Pairwise()
        {
            var config = new ExperimentConfig
            {
                Parameters = { Parameters.Continuous("roughness", 0, 1) },
                Outcomes = { new Outcome { Name = "rougher", Choice = new ChoiceOutcome() } },
                StimuliPerTrial = 2,
                Strategies = { Studies.Sobol(5) },
            };
            ExperimentSession experiment = await client.SetupAsync(config);
            Trial trial = await experiment.AskAsync();
            Must.Equal(trial.Stimuli.Count, 2);
            Must.Hold(trial.Stimuli[0].Number("roughness") != trial.Stimuli[1].Number("roughness"));
            await experiment.TellAsync(trial, 1);
            Trial told = (await experiment.TrialsAsync()).Single();
            Must.Equal(Values.Number(told.Observation.Outcomes["rougher"]), 1.0);
        }

        private async Task Unicode()
        {
            const string Blue = "blau \"grün\"";
            var config = new ExperimentConfig
            {
                Name = "Größe und 色",
                Parameters = { Parameters.Continuous("Größe", 0, 1), Parameters.Categorical("色", "赤", Blue) },
                Outcomes = { new Outcome { Name = "gesehen?", Binary = new BinaryOutcome() } },
                Strategies = { Studies.Sobol(5) },
            };
            ExperimentSession experiment = await client.SetupAsync(config, "Zoë 👩‍🔬");
            V1.Experiment state = await experiment.StateAsync();
            Must.Equal(state.Name, config.Name);
            Must.Equal(state.ParticipantId, "Zoë 👩‍🔬");
            Trial trial = (await experiment.AskAsync(1, new Stimulus().With("色", Blue)))[0];
            Must.Equal(trial.Choice("色"), Blue);
            await experiment.TellAsync(trial, ((Answer)true).Note("メモ", "ñ"));
            Trial told = (await experiment.TrialsAsync()).Single();
            Must.Equal(Values.Number(told.Observation.Outcomes["gesehen?"]), 1.0);
            Must.Equal(told.Observation.Metadata.Fields["メモ"].StringValue, "ñ");
            AepsychException error = await Must.Fail(
                () => experiment.TellAsync(new Stimulus().With("Größe", 0.5).With("色", "青"), 1), StatusCode.InvalidArgument);
            Must.Hold(error.Message.Contains("青"), error.Message);
        }
    }
}
