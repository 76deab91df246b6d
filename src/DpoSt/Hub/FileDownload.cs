using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Polly;

namespace DpoSt.Hub;

/// <summary>Brings one file into the cache: from where it stopped, until its checksum is the listed one.</summary>
internal sealed class FileDownload(HubClient client, ResiliencePipeline retries, HubOptions options)
{
    // So much news, and a broken connection is not a sign of a broken server: the count of attempts starts again.
    private const long Progress = 1 << 20;

    // Contents are named by their checksum, so whatever is there is this file's; only a wrong byte in it can make it worthless, once.
    private const int MaxWrong = 2;

    /// <summary>Downloads, checks, and gives the file its final name.</summary>
    /// <param name="partial">Where it grows; what is there is continued.</param>
    /// <exception cref="UserErrorException">The server gives something else, or the disk is full.</exception>
    /// <exception cref="TransientHubException">It failed too often.</exception>
    public async Task Run(HubFile file, Uri address, string partial, string target, Action<long> received, CancellationToken cancel)
    {
        var attempt = new Attempt(file, address, received);
        while (!await retries.ExecuteAsync(async token => await Try(attempt, partial, target, token).ConfigureAwait(false),
            cancel).ConfigureAwait(false)) { }
    }

    // True when the file is in its place, false when more of it has come and the rest is to be asked for.
    private async Task<bool> Try(Attempt attempt, string partial, string target, CancellationToken cancel)
    {
        using var content = new PartialFile(attempt.File, partial);
        var before = content.Length;
        try
        {
            if (content.Missing > 0)
            {
                await Receive(attempt, content, cancel).ConfigureAwait(false);
            }
        }
        catch (TransientHubException) when (content.Length - before >= Progress)
        {
            return false;
        }

        if (content.IsRight())
        {
            content.MoveTo(target);
            return true;
        }

        content.Restart();
        attempt.Version = null;
        throw before == 0 || ++attempt.Wrong == MaxWrong
            ? attempt.Mismatch($"its content has another checksum than {attempt.File.Hash}")
            : new TransientHubException($"{attempt.File.Name} had a wrong checksum when its parts were put together");
    }

    private async Task Receive(Attempt attempt, PartialFile content, CancellationToken cancel)
    {
        using var stall = new StallWatch(options.Stall, attempt.Address.Host, cancel);
        using var response = await client.Get(attempt.Address, content.Length > 0 ? content.Length : null, attempt.Version, stall)
            .ConfigureAwait(false);
        Accept(attempt, content, response);
        attempt.Version = response.Headers.ETag is { IsWeak: false } version ? version : null;
        var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        var buffer = new byte[128 << 10];
        for (int read; (read = await stall.Watch(token => stream.ReadAsync(buffer, token).AsTask()).ConfigureAwait(false)) > 0;)
        {
            if (read > content.Missing)
            {
                throw attempt.Mismatch("it has more bytes", response);
            }

            content.Append(buffer.AsMemory(0, read));
            attempt.Received(content.Length);
        }

        if (content.Missing > 0)
        {
            throw new TransientHubException(
                string.Create(
                    CultureInfo.InvariantCulture, $"the connection to {attempt.Address.Host} ended {content.Missing} bytes too early"));
        }
    }

    // What follows must be the rest of this file, or else all of it.
    private static void Accept(Attempt attempt, PartialFile content, HttpResponseMessage response)
    {
        var isRest = response.StatusCode == HttpStatusCode.PartialContent
            && response.Content.Headers.ContentRange is { } range && range.From == content.Length
            && (range.Length ?? attempt.File.Size) == attempt.File.Size
            && (attempt.Version is null || response.Headers.ETag is null || response.Headers.ETag.Equals(attempt.Version));
        var expected = isRest ? content.Missing : attempt.File.Size;
        if (!isRest && response.StatusCode != HttpStatusCode.OK)
        {
            // A range that does not fit: the server means another file by this address, or none.
            content.Restart();
            attempt.Version = null;
            throw new TransientHubException($"{attempt.Address.Host} could not continue {attempt.File.Name} from where it stopped");
        }

        if (response.Content.Headers.ContentLength is { } length && length != expected)
        {
            throw attempt.Mismatch(
                string.Create(CultureInfo.InvariantCulture, $"it sends {length} bytes where {expected} are missing"), response);
        }

        if (!isRest && content.Length > 0)
        {
            content.Restart();
        }
    }

    /// <summary>What the attempts at one file know of each other.</summary>
    private sealed record Attempt(HubFile File, Uri Address, Action<long> Received)
    {
        public EntityTagHeaderValue? Version { get; set; }

        public int Wrong { get; set; }

        public UserErrorException Mismatch(string what, HttpResponseMessage? response = null) => new(
            $"{Address} is not the file that the hub lists: {what}"
            + (response?.Content.Headers.ContentType is { } type ? $" ({type.MediaType})" : "")
            + "; check HF_ENDPOINT, and whether a proxy or a login page stands in between.");
    }
}
