using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace DpoSt.App.Serve;

/// <summary>What the server counts, for whoever watches it.</summary>
internal sealed class ServerMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = "dpost";

    private readonly Meter meter = new(Name);
    private readonly Counter<long> requests;
    private readonly Histogram<double> seconds;

    /// <summary>Counts what is asked of these models.</summary>
    public ServerMetrics(ModelShelf models)
    {
        requests = meter.CreateCounter<long>("dpost.requests", description: "Requests by path and status.");
        seconds = meter.CreateHistogram<double>(
            "dpost.request.duration", "s", "Time from a request to the end of its answer.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300] });
        meter.CreateObservableGauge("dpost.waiting", () => Of(models, model => model.Live.Count.Waiting), description: "Texts that wait.");
        meter.CreateObservableGauge(
            "dpost.running", () => Of(models, model => model.Live.Count.Running), description: "Texts that are being written.");
        meter.CreateObservableCounter(
            "dpost.tokens.generated", () => Of(models, model => model.Live.WrittenTokens), description: "Tokens written.");
    }

    /// <summary>A request has been answered.</summary>
    public void Answered(string path, int status, long started)
    {
        requests.Add(1, new TagList { { "path", path }, { "status", status } });
        seconds.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new TagList { { "path", path } });
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    private static IEnumerable<Measurement<long>> Of(ModelShelf models, Func<ServedModel, long> value) =>
        models.Loaded.Select(model => new Measurement<long>(value(model), new KeyValuePair<string, object?>("model", model.Name)));
}
