using System;
using System.Linq;
using System.Threading.Tasks;
using AepsychGrpc.V1;

namespace AepsychGrpc.Conformance
{
    /// <summary>Telling.</summary>
    internal sealed partial class Behaviours
    {
        private async Task Tell()
        {
            ExperimentSession experiment = await client.SetupAsync(Studies.YesNo());
            Trial trial = await experiment.AskAsync();
            Answer answer = true;
            answer.ResponseTime = TimeSpan.FromMilliseconds(420);
            TellResponse response = await experiment.TellAsync(trial, answer.Note("eye", "left"));
            Must.Equal(response.Receipts.Single().TrialId, 1);
            Must.Hold(!response.Receipts[0].Duplicate && !response.Finished);
            Trial told = (await experiment.TrialsAsync()).Single();
            Must.Equal(told.State, TrialState.Told);
            Must.Equal(Values.Number(told.Observation.Outcomes["response"]), 1.0);
            Must.Equal(told.Observation.ResponseTime.ToTimeSpan(), TimeSpan.FromMilliseconds(420));
            Must.Equal(told.Observation.Metadata.Fields["eye"].StringValue, "left");
            Must.Equal(told.Stimuli[0], trial.Stimuli[0]);
        }

        private async Task TellAgain()
        {
            ExperimentSession experiment = await client.SetupAsync(Studies.YesNo());
            Trial trial = await experiment.AskAsync();
            TellResponse first = await experiment.TellAsync(trial, false);
            TellResponse again = await experiment.TellAsync(trial, false);
            Must.Hold(!first.Receipts[0].Duplicate && again.Receipts[0].Duplicate);
            Must.Equal(again.Sequence, first.Sequence);
            Observation own = Studies.Told(Studies.Stimulus(0.5, 2), 1);
            own.ObservationId = Ids.New();
            var request = new TellRequest { ExperimentId = experiment.ExperimentId, Observations = { own } };
            await client.Service.TellAsync(request);
            Must.Hold((await client.Service.TellAsync(request)).Receipts[0].Duplicate);
            Must.Equal((await experiment.StateAsync()).ToldCount, 2);
        }

        private async Task TellConflict()
        {
            ExperimentSession experiment = await client.SetupAsync(Studies.YesNo());
            Observation own = Studies.Told(Studies.Stimulus(0.5, 2), 1);
            own.ObservationId = Ids.New();
            var request = new TellRequest { ExperimentId = experiment.ExperimentId, Observations = { own } };
            await client.Service.TellAsync(request);
            own.Outcomes["response"] = Values.Of(0);
            AepsychException error = await Must.Fail(() => client.Service.TellAsync(request), StatusCode.AlreadyExists);
            Must.Equal(error.Reason, ErrorReason.ObservationIdReused);
            Must.Equal((await experiment.StateAsync()).ToldCount, 1);
        }

        private async Task TellRefused()
        {
            ExperimentSession experiment = await client.SetupAsync(Studies.YesNo());
            Trial trial = await experiment.AskAsync();
            foreach (Answer answer in new[] { double.NaN, 2, Answer.Of("respnse", 1) })
            {
                AepsychException error = await Must.Fail(
                    () => experiment.TellAsync(trial, answer), StatusCode.InvalidArgument);
                Must.Equal(error.Reason, ErrorReason.InvalidRequest);
                string fields = string.Join(" ", error.Violations.Select(violation => violation.Field));
                Must.Hold(fields.Contains("observations[0].outcomes"), fields);
            }
            Must.Equal((await experiment.StateAsync()).ToldCount, 0);
            await experiment.TellAsync(trial, true);
        }

        private async Task TellAndAsk()
        {
            ExperimentSession experiment = await client.SetupAsync(Studies.YesNo());
            Trial trial = await experiment.AskAsync();
            Trial next = await experiment.TellAndAskAsync(trial, true);
            Must.Equal(next.TrialId, 2);
            Must.Equal(await experiment.TellAndAskAsync(trial, true), next);
            Must.Equal((await experiment.StateAsync()).AskedCount, 2);
        }

        private async Task Unsolicited()
        {
            ExperimentSession experiment = await client.SetupAsync(Studies.YesNo());
            await experiment.TellAsync(Studies.Stimulus(0.25, 3), 1);
            Trial trial = (await experiment.TrialsAsync()).Single();
            Must.Equal(trial.Source, TrialSource.Unsolicited);
            Must.Equal(trial.Number("contrast"), 0.25);
            Must.Hold(trial.AskTime == null);
            AepsychException error = await Must.Fail(
                () => experiment.TellAsync(Studies.Stimulus(2, 3), 1), StatusCode.OutOfRange);
            Must.Equal(error.Reason, ErrorReason.OutOfBounds);
        }

        private async Task Excluded()
        {
            ExperimentSession experiment = await client.SetupAsync(Studies.YesNo());
            Answer practice = true;
            practice.ExcludeFromModel = true;
            await experiment.TellAsync(await experiment.AskAsync(), practice);
            Must.Hold((await experiment.TrialsAsync()).Single().Observation.ExcludeFromModel);
        }

        private async Task SeveralOutcomes()
        {
            var config = new ExperimentConfig
            {
                Parameters = { Parameters.Continuous("level", 0, 30) },
                Outcomes =
                {
                    new Outcome { Name = "heard", Binary = new BinaryOutcome() },
                    new Outcome { Name = "sure", Ordinal = new OrdinalOutcome { Levels = 4 } },
                    new Outcome { Name = "pupil", Continuous = new ContinuousOutcome() },
                },
                Strategies = { Studies.Sobol(5) },
            };
            ExperimentSession experiment = await client.SetupAsync(config);
            Trial trial = await experiment.AskAsync();
            try
            {
                await experiment.TellAsync(trial, 1);
                Must.Hold(false, "one value is not enough");
            }
            catch (ArgumentException error)
            {
                Must.Hold(error.Message.Contains("heard"), error.Message);
            }
            await experiment.TellAsync(trial, Answer.Of("heard", 1).And("sure", 3).And("pupil", 2.5));
            Observation told = (await experiment.TrialsAsync()).Single().Observation;
            Must.Equal(told.Outcomes.Count, 3);
            Must.Equal(Values.Number(told.Outcomes["pupil"]), 2.5);
        }

        private async Task BigBatch()
        {
            ExperimentSession experiment = await client.SetupAsync(Studies.YesNo());
            var request = new TellRequest { ExperimentId = experiment.ExperimentId };
            for (int i = 0; i < 500; i++)
            {
                request.Observations.Add(Studies.Told(Studies.Stimulus(0.01 + (0.00198 * i), 1 + (i % 15)), i > 250 ? 1 : 0));
            }
            TellResponse response = await client.TellAsync(request);
            Must.Equal(response.Receipts.Count, 500);
            Must.Equal(response.Receipts.Select(receipt => receipt.ObservationId).Distinct().Count(), 500);
            Must.Equal((await experiment.StateAsync()).ToldCount, 500);
            Must.Equal((await experiment.TrialsAsync()).Count, 500);
        }
    }
}
