"""What lists, providers, scanners and offices put under a mail."""

from __future__ import annotations

FOOTERS = {
    "mailman": """\
_______________________________________________
Users mailing list
Users@example.org
https://lists.example.org/mailman/listinfo/users""",
    "mailman3": """\
_______________________________________________
Users mailing list -- users@example.org
To unsubscribe send an email to users-leave@example.org""",
    "ggroups": (
        "-- \n"
        'You received this message because you are subscribed to the Google Groups "boats'
        '" group.\n'
        "To unsubscribe from this group and stop receiving emails from it, send an email "
        "to boats+unsubscribe@googlegroups.com.\n"
        "To view this discussion on the web visit https://groups.google.com/d/msgid/boats/x."
    ),
    "ggroups_old": """\
--~--~---------~--~----~------------~-------~--~----~
You received this message because you are subscribed to the Google Groups "boats" group.
To post to this group, send email to boats@googlegroups.com
-~----------~----~----~----~------~----~------~--~---""",
    "yahoo": (
        "------------------------ Yahoo! Groups Sponsor ---------------------~-->\n"
        "Sell a boat\n"
        "http://us.click.yahoo.com/x\n"
        "---------------------------------------------------------------------~->\n"
        "\n"
        "To unsubscribe from this group, send an email to:\n"
        "boats-unsubscribe@egroups.com\n"
        "\n"
        " \n"
        "\n"
        "Your use of Yahoo! Groups is subject to http://docs.yahoo.com/info/terms/"
    ),
    "sf": """\
-------------------------------------------------------
This sf.net email is sponsored by: Boats - the fastest
way over the water! Do not just swim.
http://www.example.com/boats
_______________________________________________
Boats-talk mailing list
Boats-talk@lists.sourceforge.net
https://lists.sourceforge.net/lists/listinfo/boats-talk""",
    "ezmlm": """\
---------------------------------------------------------------------
To unsubscribe, e-mail: dev-unsubscribe@example.apache.org
For additional commands, e-mail: dev-help@example.apache.org""",
    "lkml": """\
-
To unsubscribe from this list: send the line "unsubscribe linux-kernel" in
the body of a message to majordomo@vger.kernel.org
More majordomo info at  http://vger.kernel.org/majordomo-info.html
Please read the FAQ at  http://www.tux.org/lkml/""",
    "debian": (
        "\n"
        "-- \n"
        "To UNSUBSCRIBE, email to debian-user-request@lists.debian.org\n"
        'with a subject of "unsubscribe". Trouble? Contact listmaster@lists.debian.org'
    ),
    "sympa": """\
---
Pour se désinscrire : https://listes.example.fr/sympa/signoff/boats
Archives : https://listes.example.fr/sympa/arc/boats""",
    "listserv": """\
########################################################################

To unsubscribe from the BOATS list, click the following link:
https://www.jiscmail.ac.uk/cgi-bin/webadmin?SUBED1=BOATS&A=1""",
    "listserv2": """\
=========================================================
To leave the list send mail to LISTSERV@example.edu with SIGNOFF BOATS in the body.""",
    "groupsio": """\

-=-=-=-=-=-=-=-=-=-=-=-
Groups.io Links: You receive all messages sent to this group.
View/Reply Online (#123): https://groups.io/g/boats/message/123
Mute This Topic: https://groups.io/mt/1/2
Group Owner: boats+owner@groups.io
Unsubscribe: https://groups.io/g/boats/unsub [ann@example.org]
-=-=-=-=-=-=-=-=-=-=-=-""",
    "avast": """\
Virus-free. www.avast.com""",
    "avast2": """\
---
This email has been checked for viruses by Avast antivirus software.
https://www.avast.com/antivirus""",
    "avastde": """\
---
Diese E-Mail wurde von Avast Antivirus-Software auf Viren geprüft.
https://www.avast.com/antivirus""",
    "avastfr": """\
---
L'absence de virus dans ce courrier électronique a été vérifiée par le logiciel antivirus Avast.
https://www.avast.com/antivirus""",
    "avast_gmail": """\
<https://www.avast.com/sig-email?utm_medium=email>
Virus-free.
www.avast.com
<https://www.avast.com/sig-email>
<#DAB4FAD8-2DD7-40BB-A1B8-4E2AA1F9FDF2>""",
    "avg": """\
-----
No virus found in this message.
Checked by AVG - www.avg.com
Version: 2016.0.7227 / Virus Database: 4457/11286 - Release Date: 12/31/15""",
    "mailscanner": (
        "-- \n"
        "This message has been scanned for viruses and\n"
        "dangerous content by MailScanner, and is\n"
        "believed to be clean."
    ),
    "green": """\
Please consider the environment before printing this e-mail.""",
    "discl": (
        "This email and any attachments are confidential and intended solely for the use "
        "of the individual to whom they are addressed. If you are not the intended recipi"
        "ent please delete it."
    ),
    "disclde": (
        "Diese E-Mail enthält vertrauliche und/oder rechtlich geschützte Informationen. W"
        "enn Sie nicht der richtige Adressat sind oder diese E-Mail irrtümlich erhalten h"
        "aben, informieren Sie bitte sofort den Absender und vernichten Sie diese Mail."
    ),
    "hotmail": """\
_________________________________________________________________
Get your FREE download of MSN Explorer at http://explorer.msn.com""",
    "yahoo2": """\
__________________________________________________
Do you Yahoo!?
Yahoo! Mail Plus - Powerful. Affordable. Sign up now.""",
}
