using System;
using System.Threading;
using System.Threading.Tasks;
using AepsychGrpc;
using UnityEngine;

/// <summary>
/// Draws what the model expects all over two continuous parameters into the texture of this object, again every few
/// seconds: blue where a response of 0 is expected, yellow for 1. Put it on a quad, and give the experiment's id.
/// </summary>
public sealed class ModelExplorer : MonoBehaviour
{
    private static readonly Color Low = new Color(0.2f, 0.3f, 0.7f);
    private static readonly Color High = new Color(1f, 0.9f, 0.2f);

    private readonly CancellationTokenSource stopping = new CancellationTokenSource();

    [SerializeField]
    private string address = "http://localhost:50052";

    [SerializeField]
    private string experimentId = "";

    [SerializeField]
    [Tooltip("The parameter from left to right.")]
    private string across = "spatial_frequency";

    [SerializeField]
    [Tooltip("The parameter from bottom to top.")]
    private string up = "contrast";

    [SerializeField]
    private int size = 48;

    [SerializeField]
    private float secondsBetween = 5;

    private Texture2D texture;

    private async void Start()
    {
        texture = new Texture2D(size, size, TextureFormat.RGBA32, false)
        {
            filterMode = FilterMode.Bilinear,
            wrapMode = TextureWrapMode.Clamp,
        };
        GetComponent<Renderer>().material.mainTexture = texture;
        try
        {
            using (var client = new AepsychClient(address))
            {
                await DrawAgainAndAgain(client, stopping.Token);
            }
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // The scene has ended.
        }
        catch (Exception error)
        {
            Debug.LogException(error, this);
        }
    }

    private void OnDestroy()
    {
        stopping.Cancel();
        Destroy(texture);
    }

    private async Task DrawAgainAndAgain(AepsychClient client, CancellationToken cancellation)
    {
        ExperimentSession experiment = await client.OpenAsync(experimentId, cancellation);
        while (true)
        {
            if ((await experiment.StateAsync(cancellation)).CanModel)
            {
                Draw(await PredictionGrid.QueryAsync(experiment, across, up, size, size, null, cancellation));
            }
            await Task.Delay(TimeSpan.FromSeconds(secondsBetween), cancellation);
        }
    }

    private void Draw(PredictionGrid grid)
    {
        var colors = new Color[grid.Means.Count];
        for (int i = 0; i < colors.Length; i++)
        {
            colors[i] = Color.Lerp(Low, High, (float)grid.Means[i]);
        }
        texture.SetPixels(colors);
        texture.Apply();
    }
}
