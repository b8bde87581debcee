using System.Text.Json;
using Packetboat.Protocol;
using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Tokens;

/// <summary>What an authorization server answers. RFC 6749 §5, RFC 8628 §3.2.</summary>
public sealed record TokenReply
{
    /// <summary>A token that ends sooner is asked for anew each time.</summary>
    private static readonly TimeSpan UsualLife = TimeSpan.FromHours(1);

    /// <summary>Characters: more does not fit in a line of AUTH. RFC 4954 §4.</summary>
    private const int MaxToken = 8192;

    /// <summary>Who says longer means for ever.</summary>
    private const double LongestSeconds = 10L * 365 * 24 * 3600;

    public Secret AccessToken { get; private init; }

    public Secret RefreshToken { get; private init; }

    /// <summary>Of the access token.</summary>
    public TimeSpan Life { get; private init; } = UsualLife;

    /// <summary>Of the refresh token; null: not said.</summary>
    public TimeSpan? RefreshLife { get; private init; }

    /// <summary>Such as <c>invalid_grant</c>; empty: it is no refusal.</summary>
    public string Error { get; private init; } = "";

    /// <summary>Why, in words; printable.</summary>
    public string Fault { get; private init; } = "";

    /// <summary>Another try would end the same.</summary>
    public bool IsFinal { get; private init; }

    /// <summary>What a person types in on another device.</summary>
    public string UserCode { get; private init; } = "";

    public string VerificationUri { get; private init; } = "";

    public Secret DeviceCode { get; private init; }

    /// <summary>Between two questions; RFC 8628 §3.5: five seconds where nothing is said.</summary>
    public TimeSpan Interval { get; private init; } = TimeSpan.FromSeconds(5);

    /// <summary>Nobody could be asked, or what came back is no answer.</summary>
    /// <param name="fault">Why.</param>
    /// <param name="isFinal">Another try would end the same, until somebody changes something.</param>
    public static TokenReply Failed(string fault, bool isFinal = false) =>
        new()
        {
            Error = "failed",
            Fault = PrintableText.Of(fault, 200),
            IsFinal = isFinal,
        };

    /// <param name="status">Of HTTP.</param>
    /// <param name="body">JSON.</param>
    public static TokenReply Read(int status, ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                return Failed($"the answer ({status}) is no JSON object", IsRefusal(status));
            return status is >= 200 and < 300 ? Success(root) : Refusal(status, root);
        }
        // The parser checks text only when it is read: octets that are no UTF-8, and halves of surrogate pairs, come out here.
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return Failed($"the answer ({status}) is no JSON", IsRefusal(status));
        }
    }

    /// <summary>The refresh token that comes with it takes the place of the one that was shown all the same.</summary>
    private static TokenReply Useless(JsonElement root, string fault) =>
        Failed(fault, isFinal: true) with
        {
            RefreshToken = new Secret(Text(root, "refresh_token")),
            RefreshLife = Seconds(root, "refresh_token_expires_in"),
        };

    private static TokenReply Success(JsonElement root)
    {
        string type = Text(root, "token_type");
        if (type.Length > 0 && !type.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            return Useless(root, $"a token of the type {type} cannot be shown to a mail server (RFC 6749 7.1)");
        string access = Text(root, "access_token");
        if (access.Length > MaxToken || access.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return Useless(root, "the access token is too long, or has characters that none has");
        return new()
        {
            AccessToken = new Secret(access),
            RefreshToken = new Secret(Text(root, "refresh_token")),
            Life = Seconds(root, "expires_in") ?? UsualLife,
            RefreshLife = Seconds(root, "refresh_token_expires_in"),
            DeviceCode = new Secret(Text(root, "device_code")),
            UserCode = PrintableText.Of(Text(root, "user_code"), 40),
            // Google's name for it is older than the standard.
            VerificationUri = PrintableText.Of(
                Text(root, "verification_uri") is { Length: > 0 } uri ? uri : Text(root, "verification_url"),
                200
            ),
            Interval = Seconds(root, "interval") ?? TimeSpan.FromSeconds(5),
        };
    }

    private static TokenReply Refusal(int status, JsonElement root)
    {
        string error = PrintableText.Of(Text(root, "error"), 60);
        string words = PrintableText.Of(Text(root, "error_description"), 200);
        if (error.Length == 0)
            return Failed($"the answer is {status}", IsRefusal(status));
        bool isForNow = error is "temporarily_unavailable" or "server_error" or "slow_down";
        return new TokenReply
        {
            Error = error,
            Fault = words.Length == 0 ? error : $"{error} ({words})",
            IsFinal = IsRefusal(status) && !isForNow,
        };
    }

    /// <summary>
    /// RFC 6749 §5.2 has refusals with 400 or 401, and some providers have them with 403 or 410. That the address is another's, or nobody's, is not
    /// mended by another try either; what the server cannot do just now is said otherwise.
    /// </summary>
    private static bool IsRefusal(int status) => status is >= 300 and < 500 and not (408 or 425 or 429);

    private static string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>Microsoft once wrote numbers as strings, and some still do.</summary>
    private static TimeSpan? Seconds(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out JsonElement value))
            return null;
        double seconds = value.ValueKind switch
        {
            JsonValueKind.Number => value.GetDouble(),
            JsonValueKind.String
                when double.TryParse(value.GetString(), System.Globalization.CultureInfo.InvariantCulture, out double read) =>
                read,
            _ => double.NaN,
        };
        return double.IsFinite(seconds) && seconds >= 0 ? TimeSpan.FromSeconds(Math.Min(seconds, LongestSeconds)) : null;
    }
}
