using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace DpoSt.App.Serve;

/// <summary>JSON as OpenAI's interface writes it, whole or as a stream of events.</summary>
internal static class WireText
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    };

    /// <summary>Sends an object.</summary>
    public static async Task SendAsync<T>(HttpContext http, T value, int status = StatusCodes.Status200OK)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json; charset=utf-8";
        await http.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(value, Options), http.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Begins a stream of events.</summary>
    public static void Begin(HttpContext http)
    {
        http.Response.ContentType = "text/event-stream; charset=utf-8";
        http.Response.Headers.CacheControl = "no-cache";
    }

    /// <summary>Sends an event.</summary>
    public static Task EventAsync<T>(HttpContext http, T value) => EventAsync(http, JsonSerializer.Serialize(value, Options));

    /// <summary>Ends a stream of events.</summary>
    public static Task EndAsync(HttpContext http) => EventAsync(http, "[DONE]");

    private static async Task EventAsync(HttpContext http, string data)
    {
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($"data: {data}\n\n"), http.RequestAborted).ConfigureAwait(false);
        await http.Response.Body.FlushAsync(http.RequestAborted).ConfigureAwait(false);
    }
}
