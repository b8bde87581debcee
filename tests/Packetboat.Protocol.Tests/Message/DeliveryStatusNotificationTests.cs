using System.Text;
using MimeKit;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;

namespace Packetboat.Protocol.Tests.Message;

public sealed class DeliveryStatusNotificationTests
{
    private const string Original =
        "From: <a@b.example>\r\nTo: <joe@far.example>\r\nSubject: Gr\u00fc\u00dfe\r\n\r\nHello\r\n.\r\n--=_not a boundary\r\n\u00e9\r\n";

    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private static readonly DsnRecipient Joe = new()
    {
        Address = MailAddress.Parse("joe@far.example"),
        Original = new OriginalRecipient("rfc822", "joe+list@alias.example"),
        Action = DsnAction.Failed,
        Reply = new SmtpReply(550, "5.1.1", ["no such user", "ask postmaster"]),
        RemoteHost = "mx.far.example",
        Explanation = ["The mailbox does not exist.", "Check the address."],
        LastAttempt = Noon.AddMinutes(5),
    };

    private static readonly DsnWords Words = new()
    {
        Language = "en",
        Subject = "Your message could not be delivered",
        Opening = "This is the mail system.",
        Introductions = Enum.GetValues<DsnAction>().ToDictionary(action => action, action => $"What was {action} follows."),
        Said = "The words of {host}:",
    };

    private static readonly DsnInput Input = new()
    {
        ReportingHost = "mail.node.example",
        Words = Words,
        MessageId = "1.dsn@mail.node.example",
        Date = Noon.AddMinutes(6),
        Sender = MailAddress.Parse("a@b.example"),
        Arrival = Noon.ToOffset(TimeSpan.FromHours(-5)),
        EnvelopeId = "QQ+1",
        Recipients = [Joe],
        OriginalHeader = Bytes(Original[..(Original.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 2)]),
        OriginalContent = Bytes(Original),
    };

    [Fact]
    public void A_report_is_what_it_was()
    {
        DsnRecipient late = new()
        {
            Address = MailAddress.Parse("late@slow.example"),
            Action = DsnAction.Delayed,
            Status = new EnhancedStatus(4, 4, 1),
            Explanation =
            [
                "The system does not answer. It is tried again until Friday, and whoever reads this need do nothing but wait.",
            ],
            LastAttempt = Noon.AddHours(4),
            WillRetryUntil = Noon.AddDays(5),
        };
        string report = Text(DeliveryStatusNotification.Of(Input with { Recipients = [Joe, late] }));

        string golden = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Message", "Golden", "report.eml"));
        Assert.Equal(golden, report);
    }

    [Fact]
    public void Another_reader_finds_the_three_parts_and_their_fields()
    {
        MultipartReport report = Parsed(DeliveryStatusNotification.Of(Input));

        Assert.Equal("delivery-status", report.ReportType);
        Assert.Equal(
            ["text/plain", "message/delivery-status", "message/rfc822"],
            report.Select(part => part.ContentType.MimeType)
        );
        var status = (MessageDeliveryStatus)report[1];
        Assert.Equal("dns; mail.node.example", status.StatusGroups[0]["Reporting-MTA"]);
        Assert.Equal("QQ+1", status.StatusGroups[0]["Original-Envelope-Id"]);
        Assert.Equal("Sun, 22 Nov 2026 07:00:00 -0500", status.StatusGroups[0]["Arrival-Date"]);
        Assert.Equal("rfc822; joe+list@alias.example", status.StatusGroups[1]["Original-Recipient"]);
        Assert.Equal("rfc822; joe@far.example", status.StatusGroups[1]["Final-Recipient"]);
        Assert.Equal("failed", status.StatusGroups[1]["Action"]);
        Assert.Equal("5.1.1", status.StatusGroups[1]["Status"]);
        Assert.Equal("dns; mx.far.example", status.StatusGroups[1]["Remote-MTA"]);
        Assert.Equal("smtp; 550 5.1.1 no such user ask postmaster", status.StatusGroups[1]["Diagnostic-Code"]);
    }

    [Fact]
    public void A_report_cannot_start_a_conversation_between_machines()
    {
        using var stream = new MemoryStream(DeliveryStatusNotification.Of(Input).Bytes.ToArray());
        using MimeMessage message = MimeMessage.Load(stream, TestContext.Current.CancellationToken);

        Assert.Equal("auto-replied", message.Headers["Auto-Submitted"]);
        Assert.Equal("MAILER-DAEMON@mail.node.example", message.From.Mailboxes.Single().Address);
        Assert.Equal("a@b.example", message.To.Mailboxes.Single().Address);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("\ud83d\udea2")]
    public void A_word_without_end_is_not_a_line_without_end(string letter)
    {
        string word = string.Concat(Enumerable.Repeat(letter, 20_000));
        DsnInput input = Input with { Words = Input.Words with { Opening = word } };

        string report = Text(DeliveryStatusNotification.Of(input));

        Assert.All(report.Split("\r\n"), line => Assert.True(line.Length <= 998, $"{line.Length} octets"));
        using var stream = new MemoryStream(DeliveryStatusNotification.Of(input).Bytes.ToArray());
        string read = (
            (TextPart)((MultipartReport)MimeMessage.Load(stream, TestContext.Current.CancellationToken).Body!)[0]
        ).Text;
        Assert.StartsWith(
            word,
            read.Replace("\r\n", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_subject_in_any_script_arrives_in_lines_that_are_short()
    {
        const string Subject = "Ваше письмо не удалось доставить, и вот почему: такого адреса на сервере получателя нет 🚢";
        DsnInput input = Input with { Words = Input.Words with { Subject = Subject } };

        byte[] report = DeliveryStatusNotification.Of(input).Bytes.ToArray();

        using var stream = new MemoryStream(report);
        using MimeMessage message = MimeMessage.Load(stream, TestContext.Current.CancellationToken);
        Assert.Equal(Subject, message.Subject);
        string[] header = Encoding.ASCII.GetString(report).Split("\r\n\r\n", 2)[0].Split("\r\n");
        Assert.All(header, line => Assert.True(line.Length <= 78 + "Subject: ".Length, line));
    }

    [Fact]
    public void The_message_comes_back_byte_for_byte() =>
        Assert.Contains($"\r\n\r\n{Original}\r\n--=_", Text(DeliveryStatusNotification.Of(Input)), StringComparison.Ordinal);

    [Theory]
    [InlineData(DsnReturn.Headers, DsnAction.Failed, 0, 'x')]
    [InlineData(DsnReturn.Full, DsnAction.Delayed, 0, 'x')]
    [InlineData(DsnReturn.Full, DsnAction.Failed, 999, 'x')]
    [InlineData(DsnReturn.Full, DsnAction.Failed, 70_000, '\n')]
    public void The_header_alone_comes_back_when_asked_or_no_failure_or_too_long_or_too_large(
        DsnReturn extent,
        DsnAction action,
        int more,
        char of
    )
    {
        DsnInput input = Input with
        {
            Return = extent,
            Recipients = [Joe with { Action = action }],
            OriginalContent = Bytes(Original + new string(of, more).Replace("\n", "\r\n", StringComparison.Ordinal)),
        };
        MultipartReport report = Parsed(DeliveryStatusNotification.Of(input));

        Assert.Equal("text/rfc822-headers", report[2].ContentType.MimeType);
        Assert.DoesNotContain("Hello", Text(DeliveryStatusNotification.Of(input)), StringComparison.Ordinal);
    }

    [Fact]
    public void An_international_report_has_its_own_types()
    {
        DsnRecipient jörg = Joe with { Address = MailAddress.Parse("jörg@far.example"), Original = null };
        DeliveryStatusNotification dsn = DeliveryStatusNotification.Of(Input with { Recipients = [jörg] });

        string text = Text(dsn);
        Assert.Contains("Content-Type: message/global-delivery-status\r\n", text, StringComparison.Ordinal);
        Assert.Contains("Content-Type: message/global\r\n", text, StringComparison.Ordinal);
        Assert.Contains("Final-Recipient: utf-8; jörg@far.example\r\n", text, StringComparison.Ordinal);
        Assert.Equal((false, true), (dsn.NeedsSmtpUtf8, dsn.IsEightBit));
    }

    [Fact]
    public void An_old_header_in_Latin_1_is_not_called_UTF_8()
    {
        byte[] latin = Encoding.Latin1.GetBytes("Subject: Gr\u00fc\u00dfe\r\n");
        string text = Text(
            DeliveryStatusNotification.Of(Input with { SmtpUtf8 = true, OriginalHeader = latin, OriginalContent = default })
        );

        Assert.Contains("Content-Type: text/rfc822-headers\r\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_stranger_wrote_cannot_add_a_field_or_a_part()
    {
        DsnRecipient nasty = Joe with
        {
            Reply = new SmtpReply(550, "", "no\r\nAction: delivered\r\n\r\n--x \u001b[2J \u00e9"),
            RemoteHost = "mx\r\nX: y",
        };
        DeliveryStatusNotification dsn = DeliveryStatusNotification.Of(Input with { Recipients = [nasty] });

        var status = (MessageDeliveryStatus)Parsed(dsn)[1];
        Assert.Equal(2, status.StatusGroups.Count);
        Assert.Equal("failed", status.StatusGroups[1]["Action"]);
        Assert.Equal("dns; mx??X: y", status.StatusGroups[1]["Remote-MTA"]);
        Assert.DoesNotContain("\u001b", Text(dsn), StringComparison.Ordinal);
        Assert.Equal("5.0.0", status.StatusGroups[1]["Status"]);
    }

    [Fact]
    public void Words_in_any_language_need_no_eight_bits_and_name_their_language()
    {
        DsnWords german = Words with { Language = "de", Opening = "Dies ist für größere Übel gedacht = " + new string('ä', 90) };
        DsnInput input = Input with { Words = german, Return = DsnReturn.Headers, OriginalHeader = Bytes("A: b\r\n") };
        DeliveryStatusNotification dsn = DeliveryStatusNotification.Of(input);

        Assert.False(dsn.IsEightBit);
        var text = (TextPart)Parsed(dsn)[0];
        Assert.StartsWith(
            "Dies ist für größere Übel gedacht =\r\nää",
            text.Text.ReplaceLineEndings("\r\n"),
            StringComparison.Ordinal
        );
        Assert.Equal("de", text.Headers[HeaderId.ContentLanguage]);
        Assert.All(Text(dsn).Split("\r\n"), line => Assert.InRange(line.Length, 0, 78));
    }

    [Fact]
    public void The_boundary_is_not_in_the_message()
    {
        string first = Boundary(DeliveryStatusNotification.Of(Input));
        string second = Boundary(
            DeliveryStatusNotification.Of(Input with { OriginalContent = Bytes($"A: b\r\n\r\n--{first}\r\n") })
        );

        Assert.NotEqual(first, second);
    }

    [Fact]
    public void No_line_is_longer_than_mail_allows_and_all_end_in_CRLF()
    {
        DsnRecipient wordy = Joe with
        {
            Reply = new SmtpReply(550, "5.7.1", new string('x', 5000)),
            Explanation = [new string('y', 5000)],
        };
        string text = Text(
            DeliveryStatusNotification.Of(
                Input with
                {
                    Recipients = [wordy],
                    OriginalHeader = Bytes("X: " + new string('z', 3000) + "\r\n"),
                    OriginalContent = default,
                }
            )
        );

        Assert.All(text.Split("\r\n"), line => Assert.InRange(line.Length, 0, 998));
        Assert.DoesNotContain('\n', text.Replace("\r\n", "", StringComparison.Ordinal));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(DeliveryStatusNotification dsn) => Encoding.UTF8.GetString(dsn.Bytes.Span);

    private static string Boundary(DeliveryStatusNotification dsn) => Parsed(dsn).Boundary!;

    private static MultipartReport Parsed(DeliveryStatusNotification dsn)
    {
        using var stream = new MemoryStream(dsn.Bytes.ToArray());
        return Assert.IsType<MultipartReport>(MimeMessage.Load(stream).Body);
    }
}
