using System.CommandLine;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Operations;
using Packetboat.Relay.Tokens;

namespace Packetboat.Commands;

/// <summary><c>packetboat token</c>: the tokens that relays are signed in to with.</summary>
internal static class TokenCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "Of a section [Token:NAME] of packetboat.ini" };

    private static readonly Option<bool> Browser = new("--browser")
    {
        Description = "Bring back the address that the browser ends at, though the provider would take a code that is typed in",
    };

    public static Command Create() =>
        new("token", "Sign in for the tokens that relays are shown instead of a password") { List(), SignIn(), Set(), Forget() };

    private static Command List()
    {
        var command = new Command("list", "List the tokens and how they stand");
        return command.Shows(
            (operations, _, ct) => operations.ListTokensAsync(ct),
            OperationsJson.Default.IReadOnlyListTokenRow,
            tokens =>
                Print.Table(
                    ["TOKEN", "GRANT", "SINCE", "ENDS", "TROUBLE"],
                    tokens.Select(Row),
                    "There is no section [Token:NAME] in packetboat.ini."
                )
        );
    }

    private static string[] Row(TokenRow token) =>
        [
            token.Name,
            token.Grant,
            token.Since is { } since ? Print.Minute(since) : "",
            token.Ends is { } ends ? Print.Minute(ends) : "",
            token.Trouble,
        ];

    private static Command SignIn()
    {
        var command = new Command("sign-in", "Get a token: sign in with a browser on any device") { Name, Browser };
        command.SetAction(SignInAsync);
        return command;
    }

    private static async Task<int> SignInAsync(ParseResult parsed, CancellationToken ct)
    {
        string name = parsed.GetValue(Name)!;
        (Settings? settings, int exitCode) = Session.ReadSettings(Session.CtrlOf(parsed.GetValue(Verbs.Ctrl)), quiet: true);
        if (settings is null)
            return exitCode;
        if (settings.Tokens.FirstOrDefault(one => one.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } token)
        {
            Print.Error($"{name}: there is no section [{TokenKeys.Prefix}{name}] in packetboat.ini");
            return ExitCode.Usage;
        }

        using var server = new AuthorizationServer(TimeProvider.System);
        Result<TokenReply> reply = await new TokenSignIn(server, TimeProvider.System).RunAsync(
            token,
            new PersonAtTerminal(),
            parsed.GetValue(Browser),
            ct
        );
        if (reply.Value is not { } given)
        {
            Print.Error(reply.Refusal!.ToString());
            return ExitCode.Failed;
        }

        return await Session.RunAsync(
            parsed,
            async (operations, stop) =>
                Session.Answer(
                    await operations.SetTokenAsync(token.Name, given.RefreshToken.RevealValue(), given.RefreshLife, stop),
                    done => Print.Line(done.Message)
                ),
            ct
        );
    }

    private static Command Set()
    {
        var file = new Argument<string?>("file")
        {
            Description = "Its first line is the token; none: it is asked for, or the first line of standard input",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("set", "Keep a refresh token that was got otherwise") { Name, file };
        return command.Does(
            (operations, parsed, ct) =>
                operations.SetTokenAsync(parsed.GetValue(Name)!, FirstLine(parsed.GetValue(file)), life: null, ct)
        );
    }

    private static string FirstLine(string? file)
    {
        if (file is null)
            return HiddenInput.Ask("Refresh token: ");
        using TextReader from = File.OpenText(file);
        return from.ReadLine() ?? "";
    }

    private static Command Forget()
    {
        var command = new Command("forget", "Forget a token") { Name };
        return command.Does((operations, parsed, ct) => operations.ForgetTokenAsync(parsed.GetValue(Name)!, ct));
    }
}
