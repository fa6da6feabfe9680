using System.Threading;
using System.Threading.Tasks;
using AepsychGrpc;
using AepsychGrpc.V1;
using UnityEngine;

/// <summary>
/// A patch on a grey background: is it seen? Left arrow: no, right arrow: yes. Put it on a quad, start
/// `aepsych-grpc serve`, and press play. Space pauses.
/// </summary>
public sealed class ContrastExperiment : ExperimentBehaviour
{
    private static readonly Color Background = new Color(0.5f, 0.5f, 0.5f);
    private static readonly Color White = new Color(1f, 1f, 1f);

    [SerializeField]
    [Tooltip("How long the patch is shown, in seconds.")]
    private float duration = 0.5f;

    /// <inheritdoc/>
    protected override ExperimentConfig Study()
    {
        return new ExperimentConfig
        {
            Name = "contrast of a patch",
            Parameters = { Parameters.Continuous("contrast", 0.002, 1, logScale: true) },
            IntensityParameter = "contrast",
        };
    }

    /// <inheritdoc/>
    protected override async Task<Answer> ShowAsync(Trial trial, CancellationToken cancellation)
    {
        Renderer patch = GetComponent<Renderer>();
        patch.material.color = Color.Lerp(Background, White, (float)trial.Number("contrast"));
        patch.enabled = true;
        float start = Time.realtimeSinceStartup;
        while (!Input.GetKeyDown(KeyCode.LeftArrow) && !Input.GetKeyDown(KeyCode.RightArrow))
        {
            if (Time.realtimeSinceStartup - start > duration)
            {
                patch.enabled = false;
            }
            await Task.Yield(); // until the next frame
            cancellation.ThrowIfCancellationRequested();
        }
        patch.enabled = false;
        Answer answer = Input.GetKeyDown(KeyCode.RightArrow);
        answer.ResponseTime = System.TimeSpan.FromSeconds(Time.realtimeSinceStartup - start);
        await Task.Yield(); // the key is down for one frame: the next trial waits for the next key
        return answer;
    }

    private void Update()
    {
        if (Runner == null || !Input.GetKeyDown(KeyCode.Space))
        {
            return;
        }
        if (Runner.IsPaused)
        {
            Runner.Resume();
        }
        else
        {
            Runner.Pause();
        }
    }
}
