using System.Diagnostics;
using System.Text.Json;
using DpoSt.Answering.Live;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;

namespace DpoSt.App.Serve;

/// <summary>Models behind OpenAI's interface over HTTP.</summary>
internal sealed class ModelServer : IAsyncDisposable
{
    private const int LargestBody = 8 << 20;
    private static readonly TimeSpan DrainsFor = TimeSpan.FromMinutes(5);
    private readonly WebApplication app;
    private readonly ModelShelf models;
    private readonly ServerMetrics metrics;
    private readonly ServerDoor door;

    /// <summary>A server that does not listen yet.</summary>
    public ModelServer(ModelShelf models, ServerDoor door)
    {
        (this.models, this.door) = (models, door);
        metrics = new ServerMetrics(models);
        // Nothing but what stands here is read: no file and no variable makes it listen elsewhere.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = LargestBody;
            options.Listen(door.Address, door.Port, listen => listen.Protocols = HttpProtocols.Http1AndHttp2);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddOpenTelemetry().WithMetrics(all => all.AddMeter(ServerMetrics.Name).AddPrometheusExporter());
        app = builder.Build();
        app.Use(AnswerAsync);
        app.UseRouting();
        app.MapGet("/health", HealthAsync);
        app.MapPrometheusScrapingEndpoint("/metrics");
        app.MapGet("/v1/models", http => WireText.SendAsync(http, new { @object = "list", data = models.Names.Select(Card) }));
        app.MapGet("/v1/models/{name}", http => WireText.SendAsync(http, Card(models.Known((string)http.Request.RouteValues["name"]!))));
        app.MapPost("/v1/chat/completions", http => PostAsync(http, ChatEndpoint.AnswerAsync));
        app.MapPost("/v1/completions", http => PostAsync(http, CompletionEndpoint.AnswerAsync));
        app.MapFallback(http => throw new RequestException(
            404, $"there is no {http.Request.Method} {Shown.Text(http.Request.Path)} here; see /v1/models, /v1/completions, "
            + "/v1/chat/completions, /health and /metrics."));
    }

    /// <summary>Begins to listen; gives the address.</summary>
    /// <exception cref="UserErrorException">The port is taken, or not for us.</exception>
    public async Task<Uri> StartAsync()
    {
        try
        {
            await app.StartAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            throw new UserErrorException(
                $"{door.Address} cannot be listened to at port {door.Port} ({e.GetBaseException().Message.TrimEnd('.')}): choose another "
                + "--port, or 0 for any that is free.", e);
        }

        return new Uri(app.Urls.Single());
    }

    /// <summary>Takes nothing more, and waits for what is being answered.</summary>
    public Task StopAsync() => ((IHost)app).StopAsync(DrainsFor);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync().ConfigureAwait(false);
        metrics.Dispose();
    }

    private static object Card(string name) => new { id = name, @object = "model", created = 0, owned_by = "dpost" };

    private async Task AnswerAsync(HttpContext http, RequestDelegate next)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            door.Check(http.Request);
            await next(http).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await SendErrorAsync(http, e).ConfigureAwait(false);
        }

        metrics.Answered((http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "other", http.Response.StatusCode, started);
    }

    private static async Task SendErrorAsync(HttpContext http, Exception error)
    {
        if (http.RequestAborted.IsCancellationRequested || error is ConnectionAbortedException)
        {
            return;
        }

        var refused = error switch
        {
            RequestException known => known,
            UserErrorException mistake => new RequestException(400, mistake.Message),
            QueueFullException full => new RequestException(429, full.Message, code: "rate_limit_exceeded"),
            Microsoft.AspNetCore.Http.BadHttpRequestException bad => new RequestException(bad.StatusCode, bad.Message),
            _ => new RequestException(500, $"the model cannot go on: {error.GetBaseException().Message}"),
        };
        var body = new
        {
            error = new
            {
                message = refused.Message,
                type = refused.Status switch
                {
                    429 => "rate_limit_error",
                    401 => "authentication_error",
                    >= 500 => "server_error",
                    _ => "invalid_request_error",
                },
                param = refused.Parameter,
                code = refused.Code,
            },
        };
        if (http.Response.HasStarted)
        {
            await WireText.EventAsync(http, body).ConfigureAwait(false);
            return;
        }

        http.Response.Clear();
        if (refused.Status is 429 or 503)
        {
            http.Response.Headers.RetryAfter = "1";
        }

        await WireText.SendAsync(http, body, refused.Status).ConfigureAwait(false);
    }

    private Task HealthAsync(HttpContext http) => models.Loaded.All(model => model.Live.IsAlive)
        ? WireText.SendAsync(http, new { status = "ok" })
        : throw new RequestException(503, "a model cannot go on; start the server anew.");

    private async Task PostAsync(HttpContext http, Func<HttpContext, RequestBody, ServedModel, Task> answer)
    {
        if (!http.Request.HasJsonContentType())
        {
            throw new RequestException(
                415, "the content type is not application/json; send the header Content-Type: application/json.");
        }

        using var document = await ReadAsync(http).ConfigureAwait(false);
        var body = new RequestBody(document.RootElement);
        using var taken = await models.TakeAsync(body.Text("model"), http.RequestAborted).ConfigureAwait(false);
        await answer(http, body, taken.Model).ConfigureAwait(false);
    }

    private static async Task<JsonDocument> ReadAsync(HttpContext http)
    {
        try
        {
            var document = await JsonDocument.ParseAsync(
                http.Request.Body, new JsonDocumentOptions { AllowDuplicateProperties = false }, http.RequestAborted).ConfigureAwait(false);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document
                : throw new RequestException(
                    400, "the body is not a JSON object; expected one such as {\"model\": ..., \"messages\": [...]}.");
        }
        catch (JsonException e)
        {
            throw new RequestException(400, $"the body is not JSON ({Shown.Brief(e.Message.Split('.')[0])}); expected one JSON object.");
        }
    }
}
