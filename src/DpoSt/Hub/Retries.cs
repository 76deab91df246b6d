using System.Globalization;
using Polly;
using Polly.Retry;

namespace DpoSt.Hub;

/// <summary>Tries again what failed but may pass, waiting twice as long each time, or as long as the server asks.</summary>
internal static class Retries
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    public static ResiliencePipeline Build(HubOptions options, Action<string> notice) => options.Attempts == 1 ? ResiliencePipeline.Empty
        : new ResiliencePipelineBuilder { TimeProvider = options.Time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<TransientHubException>(),
                MaxRetryAttempts = options.Attempts - 1,
                BackoffType = DelayBackoffType.Exponential,
                Delay = options.FirstDelay,
                MaxDelay = LongestDelay,
                DelayGenerator = failed => ValueTask.FromResult(((TransientHubException)failed.Outcome.Exception!).RetryAfter),
                OnRetry = failed =>
                {
                    notice(string.Create(CultureInfo.InvariantCulture,
                        $"{failed.Outcome.Exception!.Message}; trying again in {failed.RetryDelay.TotalSeconds:0.#} s"));
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
}
