using System.Collections.Generic;
using System.Threading.Tasks;
using AepsychGrpc.V1;

namespace AepsychGrpc.Conformance
{
    /// <summary>Questions to the model.</summary>
    internal sealed partial class Behaviours
    {
        private async Task QueryPrediction()
        {
            ExperimentSession experiment = await client.SetupAsync(Studies.YesNo(1));
            Stimulus[] stimuli = { Studies.Stimulus(0.2, 2), Studies.Stimulus(0.05, 2) };
            AepsychException early = await Must.Fail(() => experiment.PredictAsync(stimuli), StatusCode.FailedPrecondition);
            Must.Equal(early.Reason, ErrorReason.NothingToModel);
            await Studies.Teach(client, experiment);
            IReadOnlyList<Estimate> responses = await experiment.PredictAsync(stimuli);
            Must.Equal(responses.Count, 2);
            Must.Hold(responses[0].Mean > responses[1].Mean, $"{responses[0].Mean} at high contrast, {responses[1].Mean} at low");
            foreach (Estimate response in responses)
            {
                Must.Hold(response.Lower <= response.Mean && response.Mean <= response.Upper);
                Must.Hold(response.Lower >= 0 && response.Upper <= 1 && response.Variance >= 0);
            }
        }

        private async Task QueryThreshold()
        {
            ExperimentSession experiment = await client.SetupAsync(Studies.YesNo(1));
            await Studies.Teach(client, experiment);
            IReadOnlyList<ThresholdPoint> points = await experiment.ThresholdAsync(
                new[] { Stimuli.Of("frequency", 2), Stimuli.Of("frequency", 4) });
            Must.Equal(points.Count, 2);
            Must.Equal(points[1].Context.Number("frequency"), 4.0);
            foreach (ThresholdPoint point in points)
            {
                Must.Hold(point.Median >= 0.01 && point.Median <= 1);
                Must.Hold(point.Threshold.Lower <= point.Median && point.Median <= point.Threshold.Upper);
            }
        }
    }
}
