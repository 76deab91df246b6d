using System.Net;
using System.Net.Http.Headers;

namespace DpoSt.Hub;

/// <summary>Asks the hub for a repository at a revision. Redirects are followed here, so that the token stays with its host.</summary>
internal sealed class HubClient(HubOptions options, string repo, string revision, string kind = "models") : IDisposable
{
    private const int MaxRedirects = 10;
    private const int MaxListing = 32 << 20;

    // An address without a path gets a slash of its own.
    private readonly string root = options.Endpoint.AbsoluteUri.TrimEnd('/');

    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        ConnectTimeout = options.Stall,
        MaxConnectionsPerServer = 1,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,                       // the stall watches over every read instead
        DefaultRequestHeaders =
            { UserAgent = { new ProductInfoHeaderValue("dpost", typeof(HubClient).Assembly.GetName().Version!.ToString(3)) } },
    };

    /// <summary>Where the repository's files at the revision are listed.</summary>
    public Uri Listing => new($"{root}/api/{kind}/{repo}/revision/{Uri.EscapeDataString(revision)}?blobs=true");

    /// <summary>Where a file is at a commit.</summary>
    public Uri Address(string commit, string file) => new(
        $"{root}/{(kind == "models" ? "" : kind + "/")}{repo}/resolve/{commit}/"
        + string.Join('/', file.Split('/').Select(Uri.EscapeDataString)));

    /// <summary>The list of files.</summary>
    /// <exception cref="UserErrorException">The repository or revision does not exist or is closed, or this is not a hub.</exception>
    /// <exception cref="TransientHubException">A failure that may pass.</exception>
    public async Task<HubListing> List(CancellationToken cancel)
    {
        using var stall = new StallWatch(options.Stall, Listing.Host, cancel);
        using var response = await Get(Listing, range: null, version: null, stall).ConfigureAwait(false);
        var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        using var listing = new MemoryStream();
        var buffer = new byte[64 << 10];
        for (int read; (read = await stall.Watch(token => stream.ReadAsync(buffer, token).AsTask()).ConfigureAwait(false)) > 0;)
        {
            listing.Write(buffer.AsSpan(0, read));
            if (listing.Length > MaxListing)
            {
                throw new UserErrorException(
                    $"{Listing} answers with more than {MaxListing} bytes, which is no list of files: check HF_ENDPOINT.");
            }
        }

        return HubListing.Parse(listing.ToArray(), Listing);
    }

    /// <summary>Asks for a file from a byte on; gives an answer of status 200, 206 or 416 whose body is still to be read.</summary>
    /// <param name="range">The first byte; null asks for all.</param>
    /// <param name="version">The entity tag that the bytes before belong to, where one is known.</param>
    public async Task<HttpResponseMessage> Get(Uri uri, long? range, EntityTagHeaderValue? version, StallWatch stall)
    {
        for (var redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            using var request = Request(uri, range, version);
            var response = await stall.Watch(token => http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token))
                .ConfigureAwait(false);
            if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                return response;
            }

            using (response)
            {
                uri = Next(uri, response) ?? throw HubRefusal.Of(response, repo, revision, options.Token is not null, kind);
            }
        }

        throw new UserErrorException(
            $"{uri.Host} redirects more than {MaxRedirects} times: check HF_ENDPOINT, "
            + "and whether a proxy or a login page stands in between.");
    }

    public void Dispose() => http.Dispose();

    private HttpRequestMessage Request(Uri uri, long? range, EntityTagHeaderValue? version)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, uri);
        if (options.Token is not null && uri.GetLeftPart(UriPartial.Authority) == options.Endpoint.GetLeftPart(UriPartial.Authority))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.Token);
        }

        if (range is not null)
        {
            request.Headers.Range = new RangeHeaderValue(range, null);
            request.Headers.IfRange = version is null ? null : new RangeConditionHeaderValue(version);
        }

        return request;
    }

    private static Uri? Next(Uri from, HttpResponseMessage response)
    {
        if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)
            || response.Headers.Location is not { } location)
        {
            return null;
        }

        var next = new Uri(from, location);
        return next.Scheme == "https" || (next.Scheme == "http" && from.Scheme == "http")
            ? next
            : throw new UserErrorException(
                $"{from.Host} redirects to {next.Scheme}://{next.Host}, which is less safe than {from.Scheme}: nothing was downloaded; "
                + "check HF_ENDPOINT and your network.");
    }
}
