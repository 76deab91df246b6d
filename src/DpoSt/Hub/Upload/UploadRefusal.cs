using System.Globalization;
using System.Net;
using System.Text.Json;

namespace DpoSt.Hub.Upload;

/// <summary>What a hub means when it does not take something.</summary>
internal static class UploadRefusal
{
    /// <summary>The error to throw: one that may pass, or a sentence for the user.</summary>
    /// <param name="what">What was to be done, behind "to": <c>create REPO</c>.</param>
    /// <param name="body">What the server said.</param>
    public static Exception Of(HttpResponseMessage response, string repo, string what, ReadOnlyMemory<byte> body)
    {
        var host = response.RequestMessage!.RequestUri!.Authority;
        var (status, said) = ((int)response.StatusCode, Said(response, body));
        return response.StatusCode switch
        {
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
                or (>= HttpStatusCode.InternalServerError and not HttpStatusCode.InsufficientStorage) =>
                HubRefusal.Of(response, repo, HubModels.Main, hasToken: true),
            >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest => new UserErrorException(
                $"{host} redirects the request to {what}: the repository may have another name now; use that, and check HF_ENDPOINT."),
            _ => new UserErrorException(Sentence(status, host, repo, what, said)),
        };
    }

    /// <summary>The sentence for a status, of a server or of one object.</summary>
    public static string Sentence(int status, string host, string repo, string what, string said) => status switch
    {
        401 => $"{host} does not accept the token to {what}{said}: check HF_TOKEN or the token file.",
        402 or 507 => $"{host} has no room to {what}: the account's storage is full{said}; make room there, or let its plan have more.",
        403 => $"{host} does not let the token's account {what}{said}: the token needs the right to write, "
            + "and the account that of the organisation.",
        404 => $"{host} knows no place to {what}{said}: check the spelling of {repo}, and HF_ENDPOINT.",
        409 or 412 => $"{host} cannot {what} now, for somebody else is changing {repo}{said}: run the same command again; "
            + "what is sent stays.",
        413 => $"{host} refuses to {what}, for it is too large{said}.",
        _ => string.Create(CultureInfo.InvariantCulture, $"{host} answers {status} to the request to {what}{said}: check HF_ENDPOINT."),
    };

    /// <summary>A server's own words as they stand in a sentence; empty where there are none.</summary>
    public static string Quoted(string? words) => string.IsNullOrWhiteSpace(words) ? "" : $" ({Shown.Quoted(words.Trim())})";

    private static string Said(HttpResponseMessage response, ReadOnlyMemory<byte> body)
    {
        if (response.Headers.TryGetValues("X-Error-Message", out var lines))
        {
            return Quoted(string.Concat(lines));
        }

        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            var words = root.ValueKind == JsonValueKind.Object && (root.TryGetProperty("error", out var value)
                || root.TryGetProperty("message", out value)) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
            return Quoted(words);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return "";
        }
    }
}
