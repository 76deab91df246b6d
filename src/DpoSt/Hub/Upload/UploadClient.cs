using System.Net;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DpoSt.Hub.Upload;

/// <summary>Sends to a hub. No redirect is followed, and the token goes to the hub's own host only.</summary>
internal sealed class UploadClient(HubOptions options, string repo) : IDisposable
{
    private const int MaxAnswer = 32 << 20;
    private const long Large = 1 << 20;
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly string root = options.Endpoint.AbsoluteUri.TrimEnd('/');

    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = options.Stall })
    {
        Timeout = Timeout.InfiniteTimeSpan,                       // the stall watches over every piece instead
        DefaultRequestHeaders =
            { UserAgent = { new ProductInfoHeaderValue("dpost", typeof(UploadClient).Assembly.GetName().Version!.ToString(3)) } },
    };

    /// <summary>The repository's page.</summary>
    public Uri Page => new($"{root}/{repo}");

    /// <summary>The host, as sentences name it.</summary>
    public string Host => options.Endpoint.Authority;

    /// <summary>Creates the repository. What is there already is well, and so may be what the token may not create: a sentence says which.
    /// </summary>
    /// <exception cref="UserErrorException">The hub refuses otherwise.</exception>
    /// <exception cref="TransientHubException">A failure that may pass.</exception>
    public async Task<(bool IsNew, UserErrorException? Denied)> Create(bool isPublic, CancellationToken cancel)
    {
        var (organization, name) = (repo.Split('/')[0], repo.Split('/')[1]);
        var body = JsonSerializer.SerializeToUtf8Bytes(new { type = "model", name, organization, @private = !isPublic }, Json);
        var request = Request(HttpMethod.Post, new Uri($"{root}/api/repos/create"), Content(body, "application/json"));
        var (status, error) = await Try(request, $"create {repo}", cancel).ConfigureAwait(false);
        return (error is null, status switch
        {
            HttpStatusCode.Conflict => null,
            HttpStatusCode.Forbidden => error as UserErrorException,
            _ => error is null ? null : throw error,
        });
    }

    /// <summary>Asks how files are to be sent.</summary>
    public Task<byte[]> Preupload(IEnumerable<object> files, CancellationToken cancel) => Post(
        new Uri($"{root}/api/models/{repo}/preupload/{HubModels.Main}"),
        JsonSerializer.SerializeToUtf8Bytes(new { files }, Json), "application/json", $"write to {repo}", cancel);

    /// <summary>Asks where a large file is to be sent.</summary>
    public Task<byte[]> Batch(UploadFile file, CancellationToken cancel) => Post(
        new Uri($"{root}/{repo}.git/info/lfs/objects/batch"),
        JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                operation = "upload",
                transfers = (string[])["basic"],
                @ref = new { name = $"refs/heads/{HubModels.Main}" },
                objects = (object[])[new { oid = file.Sha256, size = file.Size }],
                hash_algo = "sha256",
            },
            Json),
        LfsAction.MediaType, $"send {file.Name}", cancel);

    /// <summary>Sends a large file where it belongs.</summary>
    /// <param name="sent">Called with the bytes that have gone.</param>
    public Task Put(UploadFile file, LfsAction action, Action<long> sent, CancellationToken cancel)
    {
        Action renew = () => { };
        var content = new UploadContent(file, gone =>
        {
            renew();
            sent(gone);
        });
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        var request = Request(HttpMethod.Put, action.Address, content);
        action.AddTo(request);
        request.Headers.ExpectContinue = file.Size > Large;       // a refusal comes before gigabytes are sent
        return Send(request, $"send {file.Name}", cancel, watch => renew = watch);
    }

    /// <summary>Tells the hub that a large file is where it belongs.</summary>
    public Task Verify(UploadFile file, LfsAction action, CancellationToken cancel)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new { oid = file.Sha256, size = file.Size }, Json);
        var request = Request(HttpMethod.Post, action.Address, Content(body, LfsAction.MediaType));
        action.AddTo(request);
        return Send(request, $"keep {file.Name}", cancel);
    }

    /// <summary>Makes one commit of lines of JSON.</summary>
    public async Task<byte[]> Commit(IEnumerable<object> lines, CancellationToken cancel)
    {
        using var body = new MemoryStream();
        foreach (var line in lines)
        {
            JsonSerializer.Serialize(body, line, Json);
            body.WriteByte((byte)'\n');
        }

        return await Post(
            new Uri($"{root}/api/models/{repo}/commit/{HubModels.Main}"), body.ToArray(), "application/x-ndjson", $"change {repo}", cancel)
            .ConfigureAwait(false);
    }

    public void Dispose() => http.Dispose();

    private Task<byte[]> Post(Uri uri, byte[] body, string type, string what, CancellationToken cancel) =>
        Send(Request(HttpMethod.Post, uri, Content(body, type)), what, cancel);

    private HttpRequestMessage Request(HttpMethod method, Uri uri, HttpContent content)
    {
        var request = new HttpRequestMessage(method, uri) { Content = content };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(
            content.Headers.ContentType?.MediaType == LfsAction.MediaType ? LfsAction.MediaType : "application/json"));
        if (uri.GetLeftPart(UriPartial.Authority) == options.Endpoint.GetLeftPart(UriPartial.Authority))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.Token);
        }

        return request;
    }

    private static ByteArrayContent Content(byte[] body, string type)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return content;
    }

    private async Task<byte[]> Send(HttpRequestMessage request, string what, CancellationToken cancel, Action<Action>? watched = null)
    {
        var answer = new MemoryStream();
        var (_, error) = await Try(request, what, cancel, answer, watched).ConfigureAwait(false);
        return error is null ? answer.ToArray() : throw error;
    }

    // What the server answers, and what that means where it is no success.
    private async Task<(HttpStatusCode Status, Exception? Error)> Try(
        HttpRequestMessage request, string what, CancellationToken cancel, MemoryStream? answer = null, Action<Action>? watched = null)
    {
        using var sent = request;
        using var body = answer ?? new MemoryStream();
        using var stall = new StallWatch(options.Stall, request.RequestUri!.Host, cancel);
        watched?.Invoke(stall.Renew);
        using var response = await stall.Watch(token => http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token))
            .ConfigureAwait(false);
        var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        var buffer = new byte[64 << 10];
        for (int read; (read = await stall.Watch(token => stream.ReadAsync(buffer, token).AsTask()).ConfigureAwait(false)) > 0;)
        {
            body.Write(buffer.AsSpan(0, read));
            if (body.Length > MaxAnswer)
            {
                throw new UserErrorException(
                    $"{request.RequestUri} answers with more than {MaxAnswer} bytes, which no hub does: check HF_ENDPOINT.");
            }
        }

        return (response.StatusCode,
            response.IsSuccessStatusCode ? null : UploadRefusal.Of(response, repo, what, body.ToArray()));
    }
}
