using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Polly;
using Polly.Retry;

namespace DpoSt.Answering.Elsewhere;

/// <summary>Asks a server: what may pass is tried again, waiting longer each time; what the server refuses is the user's to mend.</summary>
internal sealed class ServerClient : IDisposable
{
    private const int LargestAnswer = 64 << 20;
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);
    private readonly HttpClient http;
    private readonly ResiliencePipeline retries;
    private readonly SamplingServer server;

    public ServerClient(SamplingServer server, Action<string> notice)
    {
        this.server = server;
        http = new HttpClient { BaseAddress = server.Address, Timeout = server.Patience, MaxResponseContentBufferSize = LargestAnswer };
        if (Environment.GetEnvironmentVariable(server.Key) is { Length: > 0 } key)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        retries = server.Attempts == 1 ? ResiliencePipeline.Empty : new ResiliencePipelineBuilder().AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<ServerFailure>(),
            MaxRetryAttempts = server.Attempts - 1,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = server.FirstDelay,
            MaxDelay = LongestDelay,
            DelayGenerator = failed => ValueTask.FromResult((failed.Outcome.Exception as ServerFailure)?.RetryAfter),
            OnRetry = failed =>
            {
                notice(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {failed.Outcome.Exception!.Message}; trying again in {failed.RetryDelay.TotalSeconds:0.#} s"));
                return ValueTask.CompletedTask;
            },
        }).Build();
    }

    /// <summary>The names of the models there.</summary>
    /// <exception cref="UserErrorException">The server cannot be asked.</exception>
    public Task<string[]> ModelsAsync(CancellationToken cancel) => AskAsync(
        HttpMethod.Get, "models", null,
        body => body.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()!).ToArray(), cancel);

    /// <summary>A completion.</summary>
    /// <param name="read">Reads the answer; what it cannot read (<see cref="FormatException"/> among others) counts as a failure that may
    /// pass.</param>
    /// <exception cref="UserErrorException">The server refuses, or cannot be asked after all tries.</exception>
    public Task<T> CompleteAsync<T>(object request, Func<JsonElement, T> read, CancellationToken cancel) =>
        AskAsync(HttpMethod.Post, "completions", request, read, cancel);

    /// <summary>The next message of a conversation; as <see cref="CompleteAsync"/>.</summary>
    /// <exception cref="UserErrorException">The server refuses, or cannot be asked after all tries.</exception>
    public Task<T> ChatAsync<T>(object request, Func<JsonElement, T> read, CancellationToken cancel) =>
        AskAsync(HttpMethod.Post, "chat/completions", request, read, cancel);

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<T> AskAsync<T>(
        HttpMethod method, string path, object? request, Func<JsonElement, T> read, CancellationToken cancel)
    {
        try
        {
            return await retries.ExecuteAsync(
                async token => await TryAsync(method, path, request, read, token).ConfigureAwait(false), cancel).ConfigureAwait(false);
        }
        catch (ServerFailure failure)
        {
            throw new UserErrorException(
                $"{failure.Message}, at the last of {server.Attempts} tries: see what is wrong with the server, and run the same command "
                + "again; what it has answered is kept.", failure);
        }
    }

    private async Task<T> TryAsync<T>(
        HttpMethod method, string path, object? request, Func<JsonElement, T> read, CancellationToken cancel)
    {
        try
        {
            using var message = new HttpRequestMessage(method, path);
            message.Content = request is null ? null : new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(request))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            };
            using var response = await http.SendAsync(message, cancel).ConfigureAwait(false);
            var text = await response.Content.ReadAsStringAsync(cancel).ConfigureAwait(false);
            var mayPass = response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout
                or >= HttpStatusCode.InternalServerError;
            if (mayPass)
            {
                var said = $"{server.Address} answered {(int)response.StatusCode} ({Said(text)})";
                throw new ServerFailure(said, response.Headers.RetryAfter?.Delta);
            }

            if (!response.IsSuccessStatusCode)
            {
                throw new UserErrorException(
                    $"{server.Address}{path} refused with {(int)response.StatusCode}: {Said(text)}; "
                    + "change {server.Options} or what the server was started with.");
            }

            using var document = JsonDocument.Parse(text);
            return read(document.RootElement);
        }
        catch (Exception e) when (e is HttpRequestException or IOException
            || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw new ServerFailure($"{server.Address} cannot be asked ({Shown.Brief(e.GetBaseException().Message.TrimEnd('.'))})", null);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ServerFailure($"{server.Address}{path} answered what is no completion ({Shown.Brief(e.Message.TrimEnd('.'))})", null);
        }
    }

    private static string Said(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return Shown.Text(document.RootElement.GetProperty("error").GetProperty("message").GetString()!.TrimEnd('.'));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return Shown.Text(text.Trim() is { Length: > 0 } some ? some : "without a word");
        }
    }

    private sealed class ServerFailure(string message, TimeSpan? retryAfter) : Exception(message)
    {
        public TimeSpan? RetryAfter => retryAfter;
    }
}
