using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace DpoSt.App.Serve;

/// <summary>Where the server listens, and who may come in.</summary>
/// <param name="Key">What a request must bring as its bearer token; null asks for none.</param>
internal sealed record ServerDoor(IPAddress Address, int Port, string? Key)
{
    /// <summary>A door at an address.</summary>
    /// <exception cref="UserErrorException">It is none.</exception>
    public static ServerDoor At(string host, int port, string? key) => new(
        host == "localhost" ? IPAddress.Loopback
        : IPAddress.TryParse(host, out var address) ? address
        : throw new UserErrorException($"--host is {Shown.Quoted(host)}; expected an address such as 127.0.0.1 or 0.0.0.0."), port, key);

    /// <summary>Whether only this machine reaches it.</summary>
    public bool IsLocal => IPAddress.IsLoopback(Address);

    /// <summary>Refuses who may not come in.</summary>
    /// <exception cref="RequestException">That is so.</exception>
    public void Check(HttpRequest request)
    {
        // A page of some site could lead a browser here under its own name.
        if (IsLocal && request.Host.Host is not ("localhost" or "127.0.0.1" or "::1" or "[::1]") && request.Host.Host != $"{Address}")
        {
            throw new RequestException(403, $"the host is {Shown.Quoted(request.Host.Host)}; this server is for this machine alone.");
        }

        if (Key is not null && request.Path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase)
            && !IsKey(request.Headers.Authorization.ToString()))
        {
            throw new RequestException(
                401, "the key is missing or wrong; send the header Authorization: Bearer KEY.", code: "invalid_api_key");
        }
    }

    private bool IsKey(string header) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes($"Bearer {Key}")), SHA256.HashData(Encoding.UTF8.GetBytes(header)));
}
