using System.Globalization;
using System.Net;

namespace DpoSt.Hub;

/// <summary>What a hub means by a status that is not a success.</summary>
internal static class HubRefusal
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    /// <summary>The error to throw: one that may pass, or a sentence for the user.</summary>
    public static Exception Of(HttpResponseMessage response, string repo, string revision, bool hasToken, string kind = "models")
    {
        var uri = response.RequestMessage!.RequestUri!;
        var host = uri.Authority;
        var status = (int)response.StatusCode;
        var code = response.Headers.TryGetValues("X-Error-Code", out var codes) ? string.Concat(codes) : "";
        return response.StatusCode switch
        {
            _ when code == "GatedRepo" || status == 403 => new UserErrorException(hasToken
                ? $"{host} denies access to {repo}: it is gated or private, and the token's account may not read it; "
                    + "ask for access on its page, and check the token's rights."
                : $"{host} denies access to {repo}: it is gated or private; accept its terms on its page and set HF_TOKEN."),
            HttpStatusCode.Unauthorized => new UserErrorException(hasToken
                ? $"{host} does not accept the token for {repo}: check the spelling of the name, and HF_TOKEN or the token file."
                : $"{host} shows {repo} to nobody unknown: it does not exist, or it is private or gated; check the spelling, "
                    + "or set HF_TOKEN."),
            HttpStatusCode.NotFound when code == "RevisionNotFound" => new UserErrorException(
                $"{repo} on {host} has no revision '{revision}': check --revision."),
            HttpStatusCode.NotFound =>
                new UserErrorException(
                    $"{host} has no {(kind == "models" ? "model" : "data set")} {repo} at revision '{revision}', or it is private: "
                    + $"check the spelling{(hasToken ? "" : ", or set HF_TOKEN")}."),
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError =>
                Busy(response, host, status),
            _ => new UserErrorException(
                $"{host} answers {status} ({response.ReasonPhrase}) for {repo}: check HF_ENDPOINT and the network."),
        };
    }

    private static Exception Busy(HttpResponseMessage response, string host, int status)
    {
        var after = response.Headers.RetryAfter is { } header ? header.Delta ?? header.Date - DateTimeOffset.UtcNow : null;
        return after > LongestWait
            ? new UserErrorException(
                string.Create(CultureInfo.InvariantCulture, $"{host} is busy and asks to wait {after.Value.TotalMinutes:0} minutes: ")
                + "run the same command again then; what has come is kept.")
            : new TransientHubException(
                $"{host} answers {status} ({response.ReasonPhrase})", after < TimeSpan.Zero ? TimeSpan.Zero : after);
    }
}
