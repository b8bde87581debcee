using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Packetboat.EndToEnd.Tests;

/// <summary>
/// Whoever listens on HTTPS is reached by everybody: what is sent there that is no request is refused as its sender's fault, with a reason
/// in JSON, and none of it is a fault of the hub's.
/// </summary>
public sealed class MalformedEnrolmentTests
{
    private static readonly string[] EndPoints = ["join", "apply", "application"];

    private int _client;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task Nothing_that_is_sent_to_any_request_is_a_fault_of_the_hubs()
    {
        await using Harbour harbour = await Harbour.OpenAsync("EnrolmentApplications = true");
        using HttpClient http = Http(harbour);
        foreach (string endPoint in EndPoints)
        foreach ((string name, byte[] body) in Bodies())
        {
            using HttpResponseMessage answer = await PostAsync(http, endPoint, body, "application/json");

            int status = (int)answer.StatusCode;
            Assert.True(status is >= 400 and < 500, $"{endPoint}, {name}: {status}");
            await ReasonAsync(answer);
        }
    }

    [Theory(Timeout = 60_000)]
    [InlineData("join", "{}", "code")]
    [InlineData("apply", "{}", "code")]
    [InlineData("application", "{}", "code")]
    [InlineData("join", """{"code":"c","key":null,"terms":"t"}""", "key")]
    [InlineData("apply", """{"code":"c","id":"MYBBS","contact":"sam","terms":null}""", "terms")]
    [InlineData("application", """{"code":[]}""", "code")]
    public async Task The_member_at_fault_is_named(string endPoint, string json, string member)
    {
        await using Harbour harbour = await Harbour.OpenAsync("EnrolmentApplications = true");
        using HttpClient http = Http(harbour);
        using HttpResponseMessage answer = await PostAsync(http, endPoint, Encoding.UTF8.GetBytes(json), "application/json");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(member, (await ReasonAsync(answer)).Value);
    }

    [Fact(Timeout = 60_000)]
    public async Task Who_applies_need_not_say_who_he_is_but_what_he_means_by_it()
    {
        await using Harbour harbour = await Harbour.OpenAsync("EnrolmentApplications = true");
        using HttpClient http = Http(harbour);
        using JsonDocument hub = JsonDocument.Parse(await http.GetStringAsync("/enrolment/v1/hub", Ct));
        string terms = hub.RootElement.GetProperty("termsVersion").GetString()!;
        string json = $$"""{"code":"aaaaa-bbbbb-ccccc-ddddd-eeeee","id":"OTHER","contact":"sam","terms":"{{terms}}"}""";

        using HttpResponseMessage answer = await PostAsync(http, "apply", Encoding.UTF8.GetBytes(json), "application/json");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("OTHER", Assert.Single(await harbour.Hub.Operations.ListApplicationsAsync(Ct)).Id);
    }

    private static IEnumerable<(string, byte[])> Bodies()
    {
        string[] values =
        [
            "null",
            "true",
            "7",
            "-1e400",
            "[]",
            "[\"x\"]",
            "{}",
            "{\"code\":\"x\"}",
            "\"\"",
            "\" \"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"\\u001b[2J\\r\\n\"",
            "\"aaaaa-bbbbb-ccccc-ddddd-eeeee\"",
            $"\"{new string('x', 10_000)}\"",
            "\"\u00fc.example\"",
            "\"xn--\"",
            "\"a..b\"",
        ];
        foreach (string value in values)
            yield return ($"the value {value[..Math.Min(20, value.Length)]}", Encoding.UTF8.GetBytes(value));
        string[] members = ["code", "key", "id", "domain", "contact", "words", "terms"];
        foreach (string member in members)
        foreach (string value in values)
            yield return (
                $"{member} of {value[..Math.Min(20, value.Length)]}",
                Encoding.UTF8.GetBytes(
                    $"{{{string.Join(',', members.Select(m => $"\"{m}\":{(m == member ? value : GoodOf(m))}"))}}}"
                )
            );
        foreach (string member in members)
            yield return (
                $"no {member}",
                Encoding.UTF8.GetBytes(
                    $"{{{string.Join(',', members.Where(m => m != member).Select(m => $"\"{m}\":{GoodOf(m)}"))}}}"
                )
            );
        yield return ("nothing", []);
        yield return ("half an object", "{\"code\":\"aaaaa"u8.ToArray());
        yield return ("two objects", "{}{}"u8.ToArray());
        yield return ("no UTF-8", [.. "{\"code\":\""u8, 0xff, 0xfe, .. "\"}"u8]);
        yield return ("UTF-16", Encoding.Unicode.GetBytes("{\"code\":\"x\"}"));
        yield return ("a name that is no UTF-8", [.. "{\""u8, 0xc3, 0x28, .. "\":1}"u8]);
        yield return ("deep", Encoding.UTF8.GetBytes(new string('[', 5000)));
        yield return ("deep below a name", Encoding.UTF8.GetBytes("{\"x\":" + new string('[', 5000)));
        yield return ("huge", Encoding.UTF8.GetBytes($"{{\"code\":\"{new string('x', 20_000)}\"}}"));
        yield return ("a form", "code=aaaaa"u8.ToArray());
    }

    /// <summary>Good by its form; the terms are not those of the hub, so that nothing is made.</summary>
    private static string GoodOf(string member) =>
        member switch
        {
            "code" => "\"aaaaa-bbbbb-ccccc-ddddd-eeeee\"",
            "key" => $"\"{new string('k', 43)}\"",
            "id" => "\"MYBBS\"",
            "domain" => "\"bbs.example\"",
            _ => "\"x\"",
        };

    private static async Task<HttpResponseMessage> PostAsync(HttpClient http, string endPoint, byte[] body, string type)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return await http.PostAsync($"/enrolment/v1/{endPoint}", content, Ct);
    }

    private static async Task<(string Value, string Reason)> ReasonAsync(HttpResponseMessage answer)
    {
        using JsonDocument problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct));
        string reason = problem.RootElement.GetProperty("reason").GetString()!;
        Assert.NotEqual("", reason);
        Assert.NotEqual("", problem.RootElement.GetProperty("remedy").GetString());
        return (problem.RootElement.GetProperty("value").GetString()!, reason);
    }

    /// <summary>Each connection from another network, so that the brake does not answer in place of what is tested.</summary>
    private HttpClient Http(Harbour harbour)
    {
        var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null;
        handler.ConnectCallback = async (context, ct) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Bind(new IPEndPoint(new IPAddress([127, 1, (byte)(Interlocked.Increment(ref _client) / 4), 1]), 0));
            await socket.ConnectAsync(context.DnsEndPoint, ct);
            return new NetworkStream(socket, ownsSocket: true);
        };
        return new HttpClient(handler) { BaseAddress = new Uri(harbour.HubUrl) };
    }
}
